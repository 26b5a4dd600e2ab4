"""Reads a journal without a script."""

from collections.abc import Sequence

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, Redis


async def journal_lines(redis: Redis, key: str) -> Sequence[str]:
    """Return the lines of a journal. Older code has left some as a list.

    Raises StoreUnreachable.
    """
    if await redis.execute(["TYPE", key], limit_s=BRAIN_LIMIT_S) == "list":
        listed: list[str] = await redis.execute(["LRANGE", key, "0", "-1"], limit_s=BRAIN_LIMIT_S)
        return listed
    stored: str = await redis.execute(["GET", key], limit_s=BRAIN_LIMIT_S) or ""
    return stored.split("\n")[:-1]
