"""Wake-ups: delayed calls from the queue that continue a run if its process dies.

Before anyone relies on a run that continues without a waiting caller, a wake-up for it must be on
the queue. It arrives after the lease has expired. If the brain is alive then, the wake-up publishes
the next one; if it is dead, the called invocation takes the run over.
"""

import asyncio
import logging

from brain.errors import QueueUnreachable
from brain.run.moves import WakeCall
from brain.run.ports import Clock, Queue

MARGIN_S = 1.0  # seconds after the end of the lease, so that the wake-up does not come too early
RETRY_S = 0.5  # seconds between attempts to publish a wake-up

log = logging.getLogger(__name__)


async def publish_wakeup(
    queue: Queue, *, user_id: str, run_id: str, wake: int, lease_left_s: float
) -> None:
    """Put the run's wake-up number `wake` on the queue. Raises QueueUnreachable.

    Several processes may publish the same wake-up: the deduplication id makes them one. Each
    wake-up that arrives increases the number, so there is only one chain of wake-ups, even if the
    queue delivers one of them several times.
    """
    await queue.publish(
        WakeCall(user_id=user_id, run_id=run_id, reason="wakeup", wake=wake),
        delay_s=max(lease_left_s, 0.0) + MARGIN_S,
        dedup_id=f"{run_id}-wake-{wake}",
    )


class WakeUp:
    """The wake-up of one invocation. It is published at most once, at the first request."""

    def __init__(
        self, queue: Queue, clock: Clock, *, user_id: str, run_id: str, wake: int, lease_s: float
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._user_id = user_id
        self._run_id = run_id
        self._wake = wake
        self._lease_s = lease_s
        self._task: asyncio.Task[None] | None = None

    @property
    def is_armed(self) -> bool:
        """Whether the queue has acknowledged the wake-up."""
        task = self._task
        return task is not None and task.done() and not task.cancelled()

    async def arm(self) -> None:
        """Return once the queue has acknowledged the wake-up. Retries without a time limit."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._publish())
        await asyncio.shield(self._task)

    async def arm_after(self, seconds: float) -> None:
        """Arm after this many seconds, so that short turns do not pay for a wake-up."""
        await self._clock.sleep(seconds)
        await self.arm()

    async def disarm(self) -> None:
        """Stop retrying. A wake-up on the queue stays there; it will find the run finished."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _publish(self) -> None:
        while True:
            try:
                await publish_wakeup(
                    self._queue,
                    user_id=self._user_id,
                    run_id=self._run_id,
                    wake=self._wake,
                    lease_left_s=self._lease_s,
                )
            except QueueUnreachable:
                log.warning("wake-up: not queued, run=%s", self._run_id)
                await self._clock.sleep(RETRY_S)
            else:
                return
