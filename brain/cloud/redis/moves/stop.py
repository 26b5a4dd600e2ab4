"""Stops a run."""

from msgspec.structs import replace

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Redis, Script, ScriptReply
from brain.run import records
from brain.run.moves import Settled, Stopped
from brain.run.requests import Stop

STOP = Script(__package__, "stop", CALLER_LIMIT_S)


async def stop(redis: Redis, stop: Stop, *, log_bound: str) -> Stopped | Settled:
    """End the run, no matter which invocation works on it. Settled if it is not in progress."""
    reply = await STOP.run(
        redis,
        Keys.of(stop.user_id).keys("run", "log", "journal", "withdrawn"),
        {
            "run": stop.run_id or "",
            "log_length": log_bound,
            "plain": records.draft_to_log(stop.plain),
            "unsure": records.draft_to_log(stop.unsure),
        },
    )
    return _stopped(stop, reply) if reply.kind == "stopped" else Settled()


def _stopped(stop: Stop, reply: ScriptReply) -> Stopped:
    run_id = reply.text("run")
    last_message = stop.unsure if reply.flag("acting") else stop.plain
    draft = replace(last_message, answers_seq=reply.number("answers"))
    message = draft.placed(seq=reply.number("seq"), run_id=run_id, done_after_this=True)
    return Stopped(run_id=run_id, message=message)
