"""Records whether a page is subscribed to the user's channel."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, KEEP_MS, Keys, Redis, Script
from brain.run.store import Occupancy

PRESENCE = Script(__package__, "presence", CALLER_LIMIT_S)


async def note_presence(
    redis: Redis, user_hash: str, *, is_occupied: bool, at_ms: int
) -> Occupancy:
    """Record a report of the channel for the user with this hash. The newest report counts."""
    reply = await PRESENCE.run(
        redis,
        Keys(user_hash).keys("run"),
        {"at_ms": at_ms, "occupied": is_occupied, "keep_ms": KEEP_MS},
    )
    return Occupancy(
        is_new=reply.flag("new"), held=reply.number("held"), user_id=reply.text("user") or None
    )
