"""Records that a page is listening."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, KEEP_MS, Keys, Redis, Script
from brain.run.store import Here

# ms until a page counts as gone: two checks of a stream; a polling page asks more often
HERE_MS = 130_000
HERE_KEEP_MS = 7 * 24 * 3600 * 1000  # ms; how long the time of the last visit is kept
HERE = Script(__package__, "here", CALLER_LIMIT_S, part="devices")


async def here(redis: Redis, user_id: str, *, device: str = "") -> Here:
    """Record a listening page, and its name if that is known.

    Returns the last seq and the number of pending notices.
    """
    reply = await HERE.run(
        redis,
        Keys.of(user_id).keys("run", "here"),
        {
            "keep_ms": HERE_KEEP_MS,
            "gap_ms": HERE_MS,
            "device": device,
            "run_keep_ms": KEEP_MS,
        },
    )
    return Here(last_seq=reply.number("seq"), held=reply.number("held"))
