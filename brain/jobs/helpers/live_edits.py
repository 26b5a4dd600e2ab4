"""Shows to who watches a mind what it is writing into the document, while it writes.

Its edit is done later, or never: the pieces change nothing. They go out beside the model's answer,
and none is waited for. A piece has the whole text so far, so that one that is lost does not matter.
"""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from brain.chat.pieces import Delta, EditPiece
from brain.cloud.redis.news import edit_payload
from brain.cloud.redis.scripts import Keys, Redis
from brain.errors import StoreUnreachable
from brain.jobs.quiet import NothingAround
from brain.run.journal import Answered
from brain.run.ports import Clock, Model, Prompt
from brain.run.turn import Turn
from brain.texts.plain import plain_text

EDITING = "editDocument"
EVERY_S = 0.25  # seconds between two pieces at least
UNWATCHED_S = 2.0  # the same while nobody watches
GROWTH = (
    20  # a piece comes once the text is longer by this part: then long texts are not sent often
)
MOST_CHARS = 64_000  # of a call's arguments: longer ones are not shown
LIMIT_S = 1.0  # seconds for a piece to go out


class _Call(Struct):
    """A call that edits, as far as it is written. `sent` is how much of its text was shown."""

    arguments: str = ""
    sent: int = 0


class LiveEdits(NothingAround, Struct):
    """Wraps the model of a mind, and stands around its run to know which loop it is."""

    redis: Redis
    clock: Clock
    document_id: str
    _turn: Turn | None = None
    _due_at: float = 0.0
    _sending: asyncio.Task[None] | None = None
    _waiting: EditPiece | None = None

    async def before(self, turn: Turn) -> None:
        self._turn = turn

    def watching(self, model: Model) -> Model:
        """Return the model, with its edits shown."""
        return _Watched(model, self)

    def show(self, call: _Call, *, is_whole: bool = False) -> None:
        """Send the text of a call as far as it is written, unless it is too early for that."""
        now = self.clock.now()
        if self._turn is None or (not is_whole and now < self._due_at):
            return
        self._due_at = now + EVERY_S
        find, text = _written(call.arguments)
        grown = len(text) - call.sent
        if grown <= 0 or (not is_whole and grown * GROWTH < len(text)):
            return
        call.sent = len(text)
        run = self._turn.run
        self._send(
            EditPiece(
                run_id=run.run_id,
                loop=run.spent.loops + 1,
                document_id=self.document_id,
                find=find,
                text=text,
            )
        )

    def _send(self, piece: EditPiece) -> None:
        """Send it beside. While one is under way only the newest of the others waits."""
        self._waiting = piece
        if self._sending is None or self._sending.done():
            self._sending = asyncio.ensure_future(self._send_waiting())

    async def _send_waiting(self) -> None:
        assert self._turn is not None, "set before a loop begins"
        channel = Keys.of(self._turn.user_id).news()
        while (piece := self._waiting) is not None:
            self._waiting = None
            try:
                command = ["PUBLISH", channel, edit_payload(piece)]
                watchers = await self.redis.execute(command, limit_s=LIMIT_S)
            except StoreUnreachable:
                watchers = 0
            if not watchers:
                self._due_at = self.clock.now() + UNWATCHED_S


class _Watched(Struct, frozen=True):
    model: Model
    edits: LiveEdits

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        calls: dict[int, _Call] = {}

        def look(delta: Delta) -> None:
            if on_delta is not None:
                on_delta(delta)
            if delta.kind == "action" and delta.text == EDITING:
                calls[delta.call] = _Call()
            elif delta.kind == "arguments" and (call := calls.get(delta.call)) is not None:
                call.arguments += delta.text
                if len(call.arguments) <= MOST_CHARS:
                    self.edits.show(call)

        answer = await self.model.answer(prompt, limit_s=limit_s, on_delta=look)
        for call in calls.values():
            self.edits.show(call, is_whole=True)
        return answer


def _written(arguments: str) -> tuple[str, str]:
    """Return the place and the text of an edit in incomplete JSON arguments, as far as they go."""
    # Imported here: only the functions that run minds need it.
    from pydantic_core import from_json

    try:
        found = from_json(arguments, allow_partial="trailing-strings")
    except ValueError:
        return "", ""
    if not isinstance(found, dict):
        return "", ""
    place, text = found.get("find") or found.get("after"), found.get("replace")
    return (
        place if isinstance(place, str) else "",
        plain_text(text) if isinstance(text, str) else "",
    )
