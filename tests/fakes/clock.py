"""The clock of the environment in memory."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """The loop's time. Ids are numbered, so that a history is the same each time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        return EPOCH + timedelta(seconds=self.now())

    def new_id(self) -> str:
        return f"id-{next(self._numbers):06d}"

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
