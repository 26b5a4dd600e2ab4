"""Renews the lease during a long step."""

from brain.cloud.redis.moves.lease import check_owned
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, Keys, Redis, Script, milliseconds
from brain.run.moves import LeaseToken

RENEW = Script(__package__, "renew", BRAIN_LIMIT_S)


async def renew(redis: Redis, token: LeaseToken, *, lease_s: float) -> None:
    """Extend the lease by `lease_s` from now. Raises LeaseLost, RunStopped."""
    reply = await RENEW.run(
        redis,
        Keys.of(token.user_id).keys("run"),
        {"run": token.run_id, "fence": token.fence, "lease_ms": milliseconds(lease_s)},
    )
    check_owned(reply)
