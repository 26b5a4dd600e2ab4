"""Keeps the brain of a mind from going on once the mind has its outcome.

A stop writes the rows first and ends the runs second. A mind that begins in between would go on; so
each invocation reads its row after it has the lease. Then either it sees the row as stopped, or the
stop sees its run. Between two loops one command asks whether the run has been stopped.
"""

from dataclasses import dataclass

from brain.errors import RunStopped
from brain.jobs.model import UNSETTLED
from brain.jobs.ports import JobStore, MindRuns
from brain.run.turn import Turn


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """An `Around` that stands first in the services of every mind."""

    jobs: JobStore
    runs: MindRuns

    async def before(self, turn: Turn) -> None:
        """End the run if its mind is settled. Raises RunStopped, StoreUnreachable,
        DatabaseUnreachable.
        """
        mind = await self.jobs.mind(turn.user_id)
        if mind is None or mind.status not in UNSETTLED:
            await self.runs.stop(turn.user_id, texts=await turn.texts())
            raise RunStopped("the mind is settled")

    async def between(self, turn: Turn) -> None:
        """Raises RunStopped, LeaseLost, StoreUnreachable."""
        await turn.services.store.look(turn.lease.token)

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None
