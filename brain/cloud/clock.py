"""The machine's clock and random ids."""

import asyncio
import secrets
import time
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
PAIRS = tuple(one + two for one in ALPHABET for two in ALPHABET)  # of ten bits each


class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> float:
        # CLOCK_MONOTONIC continues while a process is frozen, so a thawed process sees the time.
        return time.monotonic()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def new_id(self) -> str:
        # A ULID: 48 bits of time and 80 random bits, in Crockford's base 32.
        number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
        return "".join([PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
