"""Keeps the brain of a mind from going on once the mind has its outcome.

A stop writes the rows first and ends the runs second. A mind that begins in between would go on; so
each invocation reads its row after it has the lease. Then either it sees the row as stopped, or the
stop sees its run. Between two loops one command asks whether the run has been stopped; without an
answer the run does not go on here.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from brain.errors import LeaseLost, RunStopped, StoreUnreachable
from brain.jobs.model import UNSETTLED
from brain.jobs.ports import JobStore, MindRuns
from brain.run.turn import Turn


class _Fence:
    """What both kinds of gates do between the loops, and outside of runs."""

    async def between(self, turn: Turn) -> None:
        """Raises RunStopped, LeaseLost.

        Without the store nobody knows whether the run may go on. What features do between loops may
        fail, and this may not: the run is left to a wake-up.
        """
        try:
            await turn.services.store.look(turn.lease.token)
        except StoreUnreachable as error:
            raise LeaseLost("not known to be wanted") from error

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None


class Gate(_Fence, Struct, frozen=True, kw_only=True):
    """An `Around` that stands first in the services of every mind."""

    jobs: JobStore
    runs: MindRuns

    async def before(self, turn: Turn) -> None:
        """End the run if its mind is settled. Raises RunStopped, StoreUnreachable,
        DatabaseUnreachable.
        """
        mind = await self.jobs.mind(turn.user_id)
        if mind is None or mind.status not in UNSETTLED:
            await end(turn, self.runs)


class ReportGate(_Fence, Struct, frozen=True, kw_only=True):
    """The same for a reporter. `is_due` says whether the report is still wanted."""

    runs: MindRuns
    is_due: Callable[[], Awaitable[bool]]

    async def before(self, turn: Turn) -> None:
        """End the run if no report is wanted. Raises as `Gate.before` does."""
        if not await self.is_due():
            await end(turn, self.runs)


async def end(turn: Turn, runs: MindRuns) -> None:
    """End the run in the state store, and here. Raises RunStopped, StoreUnreachable."""
    await runs.stop(turn.user_id, texts=await turn.texts())
    raise RunStopped("the mind is settled")
