"""Checks whether an invocation still owns the lease."""

from typing import NoReturn

from brain.cloud.redis.entries import numbers
from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, ScriptReply, whole
from brain.cloud.redis.turns import call_name, turns_in
from brain.cloud.traces.recording import lease_lost
from brain.errors import LeaseLost, RunStopped
from brain.run.moves import LeaseToken
from brain.run.store import Sight

LOOK_FIELDS = ("id", "fence", "state", "reason", "undone", "turns", "listened")


async def look(redis: Redis, token: LeaseToken) -> Sight:
    """Check with one command that the token owns the lease. Raises LeaseLost, RunStopped."""
    command = ["HMGET", Keys.of(token.user_id).key("run"), *LOOK_FIELDS]
    values = await redis.execute(command, limit_s=CALLER_LIMIT_S)
    run_id, fence, state, reason, undone, turns, heard = values
    if run_id == token.run_id and fence == str(token.fence) and state == "running":
        known = turns_in(turns or "")
        return Sight(turn_of=lambda call: known.get(call_name(call)), heard_seq=whole(heard))
    _refuse(is_stopped=run_id == token.run_id and reason == "stopped", undone=undone or "")


def check_owned(reply: ScriptReply) -> None:
    """Check a script's answer. Raises LeaseLost, RunStopped if the token lost the lease."""
    if reply.kind == "lost":
        _refuse(is_stopped=reply.flag("stopped"), undone=reply.text("undone"))


def _refuse(*, is_stopped: bool, undone: str) -> NoReturn:
    lease_lost(is_stopped=is_stopped, undone=frozenset(numbers(undone)))
    if is_stopped:
        raise RunStopped("the user has stopped the run")
    raise LeaseLost("the lease is another's", undone=numbers(undone))
