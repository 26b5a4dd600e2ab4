"""The board as an invocation reaches it, and what is said from it, written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from brain.notices.model import Held, Notice
from brain.notices.ports import Board
from brain.run.messages import Draft, Message
from brain.run.moves import Hold
from tests.chaos.gates import Caller, Gate


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A message that tells of these notices."""

    user: str
    id: str
    supersedes: str | None
    notices: tuple[str, ...]


class GatedBoard:
    """Board behind a gate."""

    def __init__(self, gate: Gate, board: Board) -> None:
        self._gate = gate
        self._board = board
        self._caller = Caller(gate)

    async def hold(self, user_id: str, notice: Notice) -> Held:
        held: Held = await self._caller.move("hold", lambda: self._board.hold(user_id, notice))
        return held

    async def held(self, user_id: str) -> Held:
        held: Held = await self._caller.move("held", lambda: self._board.held(user_id))
        return held

    async def say(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        hold: Hold | None = None,
    ) -> Message | None:
        said: Message | None = await self._caller.move(
            "say", lambda: self._say(user_id, draft, forms, noted, hold)
        )
        return said

    async def _say(
        self,
        user_id: str,
        draft: Draft | None,
        forms: Sequence[str],
        noted: Sequence[Notice],
        hold: Hold | None,
    ) -> Message | None:
        ledger, process = self._gate.scene.ledger, self._gate.process
        before = ledger.state(user_id)
        message = await self._board.say(user_id, draft, forms=forms, noted=noted, hold=hold)
        changed = ledger.state(user_id) != before
        if hold is not None and changed:
            ledger.check_holder(process, hold, before, "a notice")
        is_alive = not before.is_idle and before.number("lease") > self._gate.scene.store_ms()
        if hold is None and message is not None and changed and is_alive:
            ledger.wrong.append(f"I8 {process.name} spoke while the brain was speaking")
        if message is not None and draft is not None:
            notices = tuple(notice.id for notice in noted)
            told = Told(user=user_id, id=message.id, supersedes=draft.supersedes, notices=notices)
            if told.id not in [one.id for one in ledger.told]:
                ledger.told.append(told)
        return message
