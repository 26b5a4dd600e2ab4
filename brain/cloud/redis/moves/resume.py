"""Resumes a run when the queue calls."""

from brain.cloud.redis.moves.admission import admitted
from brain.cloud.redis.scripts import BRAIN_LIMIT_S, Keys, Redis, Script, ScriptReply, milliseconds
from brain.run.limits import Limits
from brain.run.moves import Admitted, Alive, Settled, WakeCall

RESUME = Script(__package__, "resume", BRAIN_LIMIT_S)


async def resume(
    redis: Redis, wake_call: WakeCall, limits: Limits, *, holder: str
) -> Admitted | Alive | Settled:
    """Take the lease of a run that was handed over with this fence, or whose lease expired."""
    reply = await RESUME.run(
        redis,
        Keys.of(wake_call.user_id).keys("run", "log", "journal", "memory", "withdrawn"),
        {
            "reason": wake_call.reason,
            "run": wake_call.run_id,
            "fence": wake_call.fence,
            "wake": wake_call.wake,
            "holder": holder,
            "lease_ms": milliseconds(limits.lease_s),
            "tail": limits.tail_entries,
        },
    )
    match reply.kind:
        case "admitted":
            return admitted(wake_call.user_id, reply)
        case "alive":
            return _alive(reply)
        case _:
            return Settled(held=reply.number("held"))


def _alive(reply: ScriptReply) -> Alive:
    return Alive(
        run_id=reply.text("run"),
        wake=reply.number("wake"),
        lease_left_s=reply.number("left_ms") / 1000,
    )
