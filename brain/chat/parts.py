"""The parts of a request to a model: instructions, history and the current run; how they shrink."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from msgspec import Struct
from msgspec.structs import replace

from brain.chat.sizes import (
    LONG_CHARS,
    SHORT_CHARS,
    cut,
    drop_result,
    first_kept,
    fitted,
    json_chars,
    line_weight,
    shortened,
)
from brain.chat.strict import strict, system_line
from brain.codec import Json

TRIES = 4  # the strict form has bridges and notes, so that a budget may have to be lowered
TAIL_CHARS = 800  # a text is cut to this if nothing else helps


class RequestParts(Struct, frozen=True, kw_only=True, dict=True):
    """The parts of a request, each in lines that `strict` takes.

    `past` are the lines of the history, each with its place in the log. Nothing here is changed
    once it is sent, so that the next request of the run begins with this one.
    """

    system: str
    past: Sequence[tuple[int, Json]]
    run: Sequence[Json]

    @cached_property
    def messages(self) -> list[Json]:
        """The chat messages."""
        past = [line for _, line in self.past]
        return strict([system_line(self.system), *past, *self.run])

    @cached_property
    def chars(self) -> int:
        """The characters of the messages as compact JSON."""
        return sum(map(json_chars, self.messages)) + 1

    def shorter(self, chars: int) -> "RequestParts | None":
        """Return the request with at most that many characters of messages.

        Older tool results are left out first, then older history, then long texts are cut. If that
        is not enough, return as little as possible, and None if it is not less than now. The same
        request with more lines at its end is shortened in the same places, if possible.
        """
        if self.chars <= chars:
            return self
        least = self
        for shrunk in self._shrunk(chars):
            if shrunk.chars < least.chars:
                least = shrunk
            if least.chars <= chars:
                return least
        return least if least is not self else None

    def _shrunk(self, chars: int) -> Iterator["RequestParts"]:
        """Yield shorter and shorter requests."""
        for budget in _budgets(chars):
            yield self._without_results(budget)
        bare = self._without_results(0)
        for budget in _budgets(chars):
            yield replace(bare, past=bare._newest_past(budget))
        empty = replace(bare, past=())
        for limits in ((cut,), (cut, partial(cut, limit=TAIL_CHARS))):
            for budget in _budgets(chars):
                room = budget - empty._base
                lines = fitted(empty.run, room, shrinks=limits, measure=json_chars)
                yield replace(empty, run=lines)

    @property
    def _base(self) -> int:
        return json_chars(system_line(self.system)) + 1

    def _without_results(self, chars: int) -> "RequestParts":
        room = chars - self._base - sum(json_chars(line) for _, line in self.past)
        run = fitted(self.run, room, shrinks=(drop_result,), measure=json_chars)
        return replace(self, run=run)

    def _newest_past(self, chars: int) -> Sequence[tuple[int, Json]]:
        room = chars - self._base - sum(map(json_chars, self.run))
        places = [place for place, _ in self.past]
        sizes = [json_chars(line) for _, line in self.past]
        return self.past[first_kept(places, sizes, room) :]


def _budgets(chars: int) -> Iterator[int]:
    """Yield budgets for the lines from which messages of that many characters may come."""
    for missing in range(TRIES):
        yield chars - missing * SHORT_CHARS


def newest(
    lines: Sequence[tuple[int, Json]], *, most: int, room: int, has_older: bool
) -> list[tuple[int, Json]]:
    """Return the newest lines of a history that fit, with their places, oldest first.

    At most `most` lines and `room` characters fit. Lines with an empty text are left out, but they
    count. `has_older`: the log may have entries before them.
    """
    longest = max(room // 3, LONG_CHARS)
    short = [(place, shortened(line, longest)) for place, line in lines]
    # Each line takes its part of the characters or of the number of lines, whichever is more.
    sizes = [max(line_weight(line) * most, room) for _, line in short]
    is_whole = not has_older and sum(sizes) <= room * most
    first = 0 if is_whole else first_kept([place for place, _ in short], sizes, room * most)
    return [(place, line) for place, line in short[first:] if line["content"]]
