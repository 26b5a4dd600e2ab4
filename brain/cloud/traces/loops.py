"""Tells the recording where one loop ends and the next one begins."""

from brain.cloud.traces.recording import next_loop
from brain.run.turn import Turn


class LoopBounds:
    """An `Around` that every run has. It does nothing unless spans are recorded."""

    async def before(self, turn: Turn) -> None:
        return None

    async def between(self, turn: Turn) -> None:
        """End the span of the loop."""
        next_loop()

    async def after(self, turn: Turn) -> None:
        return None

    async def wake(self, user_id: str, *, by_queue: bool = False) -> None:
        return None
