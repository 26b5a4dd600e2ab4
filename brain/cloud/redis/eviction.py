"""Whether the store evicts keys when its memory is full.

All our keys have a time to live, so every policy but `noeviction` can take a part of a user's
state. Upstash calls its own policy `optimistic-volatile`.
"""

import asyncio
import re
from collections.abc import Callable

from brain.cloud.redis.scripts import Redis
from brain.errors import StoreUnreachable

ASK_S = 1.0  # seconds for the store's answer; without one, nothing is known
FRESH_S = 60.0  # seconds until the store is asked again: anybody may call /api/health
KEEPS_ALL = "noeviction"
_POLICY = re.compile(r"^maxmemory_policy:([a-z-]{1,40})\s*$", re.MULTILINE)


class EvictionCheck:
    """Asks the store for its policy, at most once in FRESH_S seconds, also after a failure."""

    def __init__(self, redis: Redis, now: Callable[[], float]) -> None:
        """`now` is a monotonic clock in seconds."""
        self._redis = redis
        self._now = now
        self._asked = float("-inf")
        self._policy = ""
        self._lock = asyncio.Lock()

    async def complaint(self) -> str:
        """Return what is wrong with the policy; empty if nothing is, or if the store does not
        say.
        """
        async with self._lock:
            if self._now() - self._asked >= FRESH_S:
                self._asked, self._policy = self._now(), await self._ask()
        if self._policy in ("", KEEPS_ALL):
            return ""
        return f"the store evicts keys ({self._policy}): turn eviction off"

    async def _ask(self) -> str:
        """Return the name of the policy; empty if it cannot be found out."""
        try:
            async with asyncio.timeout(ASK_S):
                told = await self._redis.execute(["INFO", "memory"], limit_s=ASK_S)
        except (StoreUnreachable, TimeoutError):
            return ""
        found = _POLICY.search(told) if isinstance(told, str) else None
        return found.group(1) if found else ""
