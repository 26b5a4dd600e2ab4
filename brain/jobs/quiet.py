"""Ports for minds: nobody listens to their channel, and nobody waits for their answers."""

from brain.codec import Json
from brain.run.moves import WakeCall
from brain.run.ports import Queue
from brain.run.turn import Turn

# Seconds until a wake-up: no caller waits. It comes after the lease of a mind, and so early that a
# mind whose process was killed goes on within 15 seconds.
WAKE_LEAST_S = 13.0


class NothingAround:
    """An `Around` that does nothing: a base for those that do one thing."""

    async def before(self, turn: Turn) -> None:
        return None

    async def between(self, turn: Turn) -> None:
        return None

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None


class NobodyListens:
    """A channel that drops everything. Who watches a mind reads its log or its stream."""

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        return None


class LateWakeUps:
    """A queue whose wake-ups come late, so that few are needed. Hand-overs come at once."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        if wake_call.reason == "wakeup":
            delay_s = max(delay_s, WAKE_LEAST_S)
        await self._queue.publish(wake_call, delay_s=delay_s, dedup_id=dedup_id)

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        await self._queue.tell(event, delay_s=delay_s, dedup_id=dedup_id)

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        await self._queue.keep_schedule(name, cron=cron, event=event)
