"""What can be shown of an answer while it comes: thoughts, actions and words, in numbered pieces.

Pieces are for showing, messages are the truth: once the words of a loop are known, `settle` sees to
it that its joined pieces of content are those words, whatever came before.

What a model says comes in two ways: as plain text, which is the last word if no call follows, and
as the `message` of a call that speaks. Text before a call was the model's own thought. So a loop
may have to begin anew: a piece with the number 1 that comes again says that what was shown of this
loop is void.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, assert_never

from brain.codec import Form, Json, Named, clean
from brain.run.ports import Delta
from brain.run.step import CONTINUE, QUIT

type PieceKind = Literal["thought", "action", "content"]

MOST_SPOKEN_CHARS = 64_000  # of a call's arguments: longer ones are shown when they are whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of an answer. `number` counts from 1 within the loop; `say` tells which of the things
    said in this loop the words belong to, counted from 0.
    """

    run_id: str
    loop: int
    number: Annotated[int, Named("piece")]
    kind: PieceKind
    text: str
    say: int = 0


PIECE = Form(Piece, without=("kind",))


@dataclass(slots=True)
class _Words:
    """Something that is being said: what was shown of it, and what came of its arguments."""

    shown: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Pieces:
    """The pieces of one loop. Each method returns what is new to show."""

    run_id: str
    loop: int
    _number: int = 0
    _thought: str = ""
    _said: list[_Words] = field(default_factory=list)
    _speaking: dict[int, int] = field(default_factory=dict)  # call -> which thing said
    _is_plain: bool = False  # what is being said is text, not a call's message
    _has_called: bool = False  # after a call, text is the model's own thought

    def begin(self) -> None:
        """An answer begins, the first one or one in the place of another that broke off."""
        self._number = 0
        self._thought = ""
        self._said = []
        self._speaking = {}
        self._is_plain = self._has_called = False

    def take(self, delta: Delta) -> list[Piece]:
        """What a piece of the model's answer adds."""
        return list(self._taken(delta))

    def settle(self, words: Sequence[str]) -> list[Piece]:
        """The words of this loop as they are recorded: all of them are shown now, and no others."""
        return list(self._settled(words))

    def _taken(self, delta: Delta) -> Iterator[Piece]:
        match delta.kind:
            case "thought":
                self._thought += delta.text
                yield self._piece("thought", delta.text)
            case "content" if self._has_called:
                yield self._piece("thought", delta.text)
            case "content":
                if not self._is_plain:
                    self._said, self._is_plain = [_Words()], True
                yield from self._show(0, self._said[0].shown + delta.text)
            case "action":
                yield from self._act(delta)
            case "arguments":
                yield from self._speak(delta)
            case _:
                assert_never(delta.kind)

    def _act(self, delta: Delta) -> Iterator[Piece]:
        if self._is_plain:
            yield from self._think_instead()
        self._has_called = True
        if delta.text in (CONTINUE, QUIT):
            self._speaking[delta.call] = len(self._said)
            self._said.append(_Words())
        else:
            yield self._piece("action", delta.text)

    def _think_instead(self) -> Iterator[Piece]:
        """What looked like the last word was a thought, since a call follows."""
        thought, text = self._thought, self._said[0].shown
        self.begin()
        self._thought = thought + text
        yield from (self._piece("thought", part) for part in (thought, text) if part)

    def _speak(self, delta: Delta) -> Iterator[Piece]:
        """A part of a call's arguments: of those that speak, the message is shown as it grows."""
        say = self._speaking.get(delta.call)
        if say is None:
            return
        words = self._said[say]
        words.arguments += delta.text
        if len(words.arguments) <= MOST_SPOKEN_CHARS:
            yield from self._show(say, _message(words.arguments))

    def _settled(self, words: Sequence[str]) -> Iterator[Piece]:
        shown = [one.shown for one in self._said]
        fits = len(shown) <= len(words) and all(
            text.startswith(part) for text, part in zip(words, shown, strict=False)
        )
        if not fits:
            thought = self._thought
            self.begin()
            if thought or not words:  # an empty one says that nothing of it stands
                yield self._piece("thought", thought)
        self._said += [_Words() for _ in words[len(self._said) :]]
        for say, text in enumerate(words):
            yield from self._show(say, text)

    def _show(self, say: int, text: str) -> Iterator[Piece]:
        """Show how a text goes on. One that does not go on from what was shown waits for
        `settle`.
        """
        words = self._said[say]
        if text.startswith(words.shown) and len(text) > len(words.shown):
            more = text[len(words.shown) :]
            words.shown = text
            yield self._piece("content", more, say=say)

    def _piece(self, kind: PieceKind, text: str, say: int = 0) -> Piece:
        self._number += 1
        return Piece(
            run_id=self.run_id,
            loop=self.loop,
            number=self._number,
            kind=kind,
            text=clean(text),
            say=say,
        )


def piece_to_wire(piece: Piece) -> Json:
    """A piece without its kind, which is the event's name."""
    return PIECE.encode(piece)


def _message(arguments: str) -> str:
    """What is known so far of the message in arguments that are still coming."""
    # Imported here: only the functions that run the brain need it.
    from pydantic_core import from_json

    try:
        found = from_json(arguments, allow_partial="trailing-strings")
    except ValueError:
        return ""
    message = found.get("message") if isinstance(found, dict) else None
    # White space at the ends is not said, and whether it is an end is not known yet.
    return message.strip() if isinstance(message, str) else ""
