"""Checks whether an invocation still owns the lease."""

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, ScriptReply
from brain.errors import LeaseLost, RunStopped
from brain.run.moves import LeaseToken

LOOK_FIELDS = ("id", "fence", "state", "reason")


async def look(redis: Redis, token: LeaseToken) -> None:
    """Check with one command that the token owns the lease. Raises LeaseLost, RunStopped."""
    command = ["HMGET", Keys.of(token.user_id).key("run"), *LOOK_FIELDS]
    values = await redis.execute(command, limit_s=CALLER_LIMIT_S)
    run_id, fence, state, reason = values
    if run_id == token.run_id and fence == str(token.fence) and state == "running":
        return
    _refuse(is_stopped=run_id == token.run_id and reason == "stopped")


def check_owned(reply: ScriptReply) -> None:
    """Check a script's answer. Raises LeaseLost, RunStopped if the token lost the lease."""
    if reply.kind == "lost":
        _refuse(is_stopped=reply.flag("stopped"))


def _refuse(*, is_stopped: bool) -> None:
    if is_stopped:
        raise RunStopped("the user has stopped the run")
    raise LeaseLost("the lease is another's")
