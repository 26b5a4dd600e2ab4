"""The machine's time and chance."""

import asyncio
import secrets
import time
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread


class SystemClock:
    """Clock of this machine."""

    def now(self) -> float:
        # CLOCK_MONOTONIC goes on while a process is stopped, so a thawed one sees the time passed.
        return time.monotonic()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def new_id(self) -> str:
        # A ULID: 48 bits of time, 80 of chance, in Crockford's base 32.
        number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
        return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
