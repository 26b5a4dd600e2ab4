"""A page listens."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script
from brain.run.store import Here

# ms that a sign of life counts: two looks of a stream; who polls asks far more often
HERE_MS = 130_000
HERE_KEEP_MS = 7 * 24 * 3600 * 1000  # ms; how long it is known when somebody was last there
HERE = Script(__package__, "here", CALLER_LIMIT_S)


async def here(redis: Redis, user_id: str) -> Here:
    """Note the page, and say how far the log reaches and how many notices wait."""
    reply = await HERE.run(
        redis,
        Keys.of(user_id).keys("run", "here"),
        {"keep_ms": HERE_KEEP_MS, "gap_ms": HERE_MS},
    )
    return Here(last_seq=reply.number("seq"), held=reply.number("held"))
