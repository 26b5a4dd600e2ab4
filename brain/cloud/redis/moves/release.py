"""Gives up the lease."""

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, Keys, Redis, Script
from brain.run.moves import LeaseToken

RELEASE = Script(__package__, "release", BRAIN_LIMIT_S)


async def release(redis: Redis, token: LeaseToken) -> None:
    """End the lease now."""
    await RELEASE.run(
        redis,
        Keys.of(token.user_id).keys("run"),
        {"run": token.run_id, "fence": token.fence},
    )
