"""Takes back a text."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, whole
from brain.run.requests import Withdraw, Withdrawal


async def withdraw(redis: Redis, withdraw: Withdraw) -> Withdrawal | None:
    """Return that the text stands; None if its message id is not known."""
    key = Keys.of(withdraw.user_id).key(f"id:{withdraw.entry.message_id}")
    known = await redis.execute(["GET", key], limit_s=CALLER_LIMIT_S)
    if not known:
        return None
    return Withdrawal(state="stands", seq=whole(str(known).partition(" ")[0]))
