"""Answers a text from stored data while a run continues."""

from msgspec.structs import replace

from brain.cloud.redis.devices.pages import page_of
from brain.cloud.redis.moves.admission import (
    ID_KEEP_MS,
    RATE_WINDOW_MS,
    duplicate,
    limited,
    of_device,
)
from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    KEEP_MS,
    Keys,
    Redis,
    Script,
    ScriptArguments,
    ScriptReply,
)
from brain.run import records
from brain.run.limits import Limits
from brain.run.messages import Draft
from brain.run.moves import AnsweredAside, Arrival, Duplicate, RateLimited

ASIDE = Script(__package__, "aside", CALLER_LIMIT_S)


async def aside(
    redis: Redis,
    arrival: Arrival,
    answer: Draft,
    limits: Limits,
    *,
    log_bound: str,
    even_idle: bool = False,
) -> AnsweredAside | Duplicate | RateLimited | None:
    """Append the text and its answer once.

    Returns None if no run is in progress. With `even_idle`: only if the user has never had a run,
    or if its brain may be dead.
    """
    reply = await ASIDE.run(
        redis,
        Keys.of(arrival.user_id).keys("run", "log", "withdrawn", f"id:{arrival.message_id}"),
        {**_said(arrival, answer), **_bounds(limits, log_bound), "even_idle": even_idle},
    )
    match reply.kind:
        case "answered":
            return _answered(arrival, answer, reply)
        case "known":
            return duplicate(reply)
        case "limited":
            return limited(reply)
    return None


def _said(arrival: Arrival, answer: Draft) -> ScriptArguments:
    return {
        "utterance": records.utterance_to_log(arrival),
        "answer": records.draft_to_log(answer),
        "new_run": arrival.new_run_id,
        "holder": arrival.holder,
        **of_device(arrival),
        "device": page_of(arrival),
    }


def _bounds(limits: Limits, log_bound: str) -> ScriptArguments:
    return {
        "rate": limits.texts_per_minute,
        "window_ms": RATE_WINDOW_MS,
        "log_length": log_bound,
        "keep_ms": KEEP_MS,
        "id_keep_ms": ID_KEEP_MS,
    }


def _answered(arrival: Arrival, answer: Draft, reply: ScriptReply) -> AnsweredAside:
    seq, run_id = reply.number("seq"), arrival.new_run_id
    draft = replace(answer, answers_seq=seq)
    return AnsweredAside(
        run_id=run_id,
        seq=seq,
        message=draft.placed(seq=seq + 1, run_id=run_id, done_after_this=True),
    )
