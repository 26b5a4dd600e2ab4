"""Keeps the receipt of each run when it has ended, and writes its line in the log."""

import logging
from collections.abc import Callable

from msgspec import Struct, field

from brain.cloud.meter import Counts, DayCount, meter
from brain.errors import DatabaseUnreachable
from brain.run.turn import Turn
from brain.usage.model import Receipt, state_of, told_usd
from brain.usage.ports import Receipts

DRAIN_S = 1.0  # seconds to wait for the run's last messages, so that they are counted
MOST_KNOWN = 1_000  # runs that this instance knows to be kept, and days of users

log = logging.getLogger(__name__)


class Accounting(Struct, kw_only=True):
    """An `Around` that stands last, so that what other features do after a run counts too.

    `receipts` is None without a database: then only the state store has the last receipt.
    """

    receipts: Receipts | None
    now_ms: Callable[[], int]
    _kept: dict[str, None] = field(default_factory=dict)
    _days: dict[str, DayCount] = field(default_factory=dict)  # by user id: as the database has it

    async def before(self, turn: Turn) -> None:
        """Learn what jobs have used, as far as this instance knows; the store has the rest.

        Keep the receipt of the run before, if the invocation that ended it may not have.
        """
        running = meter()
        if running is not None and (known := self._days.get(turn.user_id)) is not None:
            running.learn(known)
        previous = running.previous if running is not None else None
        if previous is not None and previous.run_id not in self._kept:
            turn.run_beside(self._keep_previous(turn.user_id, previous), name="receipt")

    async def between(self, turn: Turn) -> None:
        return None

    async def after(self, turn: Turn) -> None:
        """Keep the receipt. Raises DatabaseUnreachable."""
        running = meter()
        if running is None or running.counts.run_id != turn.run.run_id:
            return
        await turn.outbox.drain(limit_s=DRAIN_S)
        counts, ended_ms = running.counts, turn.store_ms
        _tell(counts, ended_ms)
        state = state_of(counts.because)
        await self._keep(
            turn.user_id,
            Receipt(counts=counts, state=state, because=counts.because, ended_ms=ended_ms),
        )

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None

    async def _keep_previous(self, user_id: str, counts: Counts) -> None:
        """Keep what was not: its run was stopped, or the invocation died after its end."""
        because = counts.because if counts.ended else "stopped"
        receipt = Receipt(
            counts=counts, state=state_of(because), because=because, ended_ms=self.now_ms()
        )
        try:
            await self._keep(user_id, receipt)
        except DatabaseUnreachable as error:
            log.warning("receipt: not kept, reason=%s", type(error).__name__)

    async def _keep(self, user_id: str, receipt: Receipt) -> None:
        if self.receipts is None:
            return
        day = await self.receipts.save(user_id, receipt)
        _remember(self._kept, receipt.counts.run_id, None)
        if day is not None:
            _remember(self._days, user_id, day)


def _remember[T](kept: dict[str, T], key: str, value: T) -> None:
    kept.pop(key, None)
    kept[key] = value  # the newest is the last
    if len(kept) > MOST_KNOWN:
        del kept[next(iter(kept))]


def _tell(counts: Counts, ended_ms: int) -> None:
    total = counts.total
    log.info(
        "run.ended: because=%s loops=%d tokensIn=%d tokensCached=%d tokensOut=%d usd=%s"
        " seconds=%s invocations=%d",
        counts.because or "done",
        counts.loops,
        total.tokens_in,
        total.tokens_cached,
        total.tokens_out,
        told_usd(total.usd),
        round((ended_ms - counts.started_ms) / 1000, 1),
        counts.invocations,
    )
