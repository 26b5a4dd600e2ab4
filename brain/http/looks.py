"""One look at something costly, for all who ask within some seconds."""

import asyncio
from collections.abc import Awaitable, Callable

from brain.codec import Json

FRESH_S = 10.0  # seconds in which all who ask get the same result


class SharedLook:
    """One look for all who ask within FRESH_S seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` is a monotonic clock in seconds."""
        self._now = now
        self._looked = float("-inf")
        self._found: dict[str, Json] = {}
        self._lock = asyncio.Lock()

    async def result(self, look: Callable[[], Awaitable[dict[str, Json]]]) -> dict[str, Json]:
        """Return what the last look has found; look if that was too long ago."""
        async with self._lock:
            if self._now() - self._looked >= FRESH_S:
                self._found = await look()
                self._looked = self._now()
        return self._found
