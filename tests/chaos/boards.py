"""The board as an invocation reaches it, and what is said from it, written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from brain.notices.model import Notice, PendingNotices
from brain.notices.ports import NoticeBoard
from brain.run.messages import Draft, Message
from brain.run.moves import LeaseToken
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

    def __init__(self, gate: Gate, board: NoticeBoard) -> None:
        self._gate = gate
        self._board = board
        self._caller = Caller(gate)

    async def keep(self, user_id: str, notice: Notice) -> PendingNotices:
        held: PendingNotices = await self._caller.move(
            "hold", lambda: self._board.keep(user_id, notice)
        )
        return held

    async def pending(self, user_id: str) -> PendingNotices:
        held: PendingNotices = await self._caller.move("held", lambda: self._board.pending(user_id))
        return held

    async def announce(
        self,
        user_id: str,
        draft: Draft | None,
        *,
        forms: Sequence[str],
        noted: Sequence[Notice] = (),
        token: LeaseToken | None = None,
    ) -> Message | None:
        said: Message | None = await self._caller.move(
            "say", lambda: self._say(user_id, draft, forms, noted, token)
        )
        return said

    async def _say(
        self,
        user_id: str,
        draft: Draft | None,
        forms: Sequence[str],
        noted: Sequence[Notice],
        token: LeaseToken | None,
    ) -> Message | None:
        ledger, process = self._gate.scene.ledger, self._gate.process
        before = ledger.state(user_id)
        message = await self._board.announce(user_id, draft, forms=forms, noted=noted, token=token)
        changed = ledger.state(user_id) != before
        if token is not None and changed:
            ledger.check_holder(process, token, before, "a notice")
        is_alive = not before.is_idle and before.number("lease") > self._gate.scene.store_ms()
        if token is None and message is not None and changed and is_alive:
            ledger.wrong.append(f"I8 {process.name} spoke while the brain was speaking")
        if message is not None and draft is not None:
            notices = tuple(notice.id for notice in noted)
            told = Told(user=user_id, id=message.id, supersedes=draft.supersedes, notices=notices)
            if told.id not in [one.id for one in ledger.told]:
                ledger.told.append(told)
        return message
