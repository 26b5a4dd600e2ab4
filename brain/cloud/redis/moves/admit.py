"""Admits a user's text."""

from typing import Literal

from msgspec.structs import replace

from brain.cloud.redis.devices.pages import OnGrowth, growth_in, page_of, unnoticed
from brain.cloud.redis.entries import numbers
from brain.cloud.redis.moves.admission import (
    ID_KEEP_MS,
    JOURNAL_KEEP_MS,
    RATE_WINDOW_MS,
    admitted,
    duplicate,
    limited,
    of_device,
    taken_back,
)
from brain.cloud.redis.numbering import AskOutlasting, run_numbered
from brain.cloud.redis.scripts import (
    CALLER_LIMIT_S,
    KEEP_MS,
    Keys,
    Redis,
    Script,
    ScriptArguments,
    ScriptReply,
    milliseconds,
)
from brain.cloud.redis.turns import TURN, call_name
from brain.codec import dumps, fingerprint
from brain.errors import BrainError
from brain.run import records
from brain.run.limits import Limits
from brain.run.moves import Admission, Arrival, Closed, Recorded

# When a spoken yes counts, in ms. A sooner one was not said in answer to the question: nobody
# understands and answers within a second, and a response has yet to be read out.
MARK_MS = 1_000  # since the question was heard or shown
RESPONSE_MS = 2_000  # since the response with the question was sent
SOFT_MS = 30_000  # the most for words that people also say to keep a talk going


class RunEnded(BrainError):
    """A text was to join a run, and none is open, or nothing may follow the last one."""


type Joins = Literal["", "open", "live"]
"""What a text must find: anything; an open run; or a last run that is not closed."""
ADMIT = Script(__package__, "admit", CALLER_LIMIT_S, part="taking_back")


async def admit(
    redis: Redis,
    arrival: Arrival,
    limits: Limits,
    *,
    log_bound: str,
    ask: AskOutlasting | None = None,
    grown: OnGrowth = unnoticed,
    joins: Joins = "",
) -> Admission:
    """Append the text once, and take the lease if it is free or expired. Raises RunEnded if it
    must join a run and cannot.
    """
    reply = await run_numbered(
        ADMIT,
        redis,
        _keys(arrival),
        {**_text(arrival), **_bounds(limits, log_bound), "joins": joins, "memory": ()},
        user_id=arrival.user_id,
        ask=ask,
    )
    if reply.kind in ("admitted", "recorded"):
        grown(growth_in(reply, seq=reply.number("seq"), is_last=False))
    if reply.kind == "ended":
        raise RunEnded
    return _admission(arrival.user_id, reply)


def _keys(arrival: Arrival) -> list[str]:
    decision, replaces = arrival.decision, arrival.replaces
    return Keys.of(arrival.user_id).keys(
        "run",
        "log",
        "journal",
        f"id:{arrival.message_id}",
        "memory",
        "questions",
        f"rest:{decision.question_id}" if decision else "rest",
        "withdrawn",
        *([f"id:{replaces}"] if replaces else []),
    )


def _text(arrival: Arrival) -> ScriptArguments:
    decision = arrival.decision
    verdict = f"{decision.verdict} {fingerprint(decision.arguments)}" if decision else ""
    undecided = replace(arrival, decision=None)
    return {
        "utterance": records.utterance_to_log(arrival),
        "overheard": records.remarks_to_journal(arrival.recent_context),
        **of_device(arrival),
        "tools": records.tools_to_journal(arrival.client_tools),
        "holder": arrival.holder,
        "new_run": arrival.new_run_id,
        "question": decision.question_id if decision else "",
        "verdict": verdict,
        "plain": records.utterance_to_log(undecided) if arrival.is_spoken else "",
        "manner": _manner(arrival),
        **_turn(arrival),
    }


def _turn(arrival: Arrival) -> ScriptArguments:
    turn, replaces = arrival.turn, arrival.replaces
    return {
        "call": call_name(turn.call) if turn else "",
        "index": turn.index if turn else 0,
        "turn": dumps(TURN.encode(turn)) if turn else "",
        # A text does not replace itself.
        "replaces": replaces if replaces and replaces != arrival.message_id else "",
        "amends": arrival.amends,
        "own": f'"{arrival.message_id}"',
        "device": page_of(arrival),
    }


def _manner(arrival: Arrival) -> str:
    """How a yes was spoken; empty for any other text. A no always counts."""
    if not arrival.is_spoken or arrival.decision is None or arrival.decision.verdict == "reject":
        return ""
    if not arrival.is_soft:
        return "firm"
    return "quoted" if arrival.is_quoted else "soft"


def _bounds(limits: Limits, log_bound: str) -> ScriptArguments:
    return {
        "lease_ms": milliseconds(limits.lease_s),
        "tail": limits.tail_entries,
        "rate": limits.texts_per_minute,
        "window_ms": RATE_WINDOW_MS,
        "yes_ms": milliseconds(limits.spoken_yes_s),
        "soft_ms": SOFT_MS,
        "mark_ms": MARK_MS,
        "response_ms": RESPONSE_MS,
        "log_length": log_bound,
        "keep_ms": KEEP_MS,
        "id_keep_ms": ID_KEEP_MS,
        "journal_keep_ms": JOURNAL_KEEP_MS,
    }


def _admission(user_id: str, reply: ScriptReply) -> Admission:
    match reply.kind:
        case "admitted":
            return admitted(user_id, reply)
        case "limited":
            return limited(reply)
        case "recorded":
            return _recorded(reply)
        case "closed":
            return _closed(reply)
        case "withdrawn":
            return taken_back(reply)
        case _:
            return duplicate(reply)


def _recorded(reply: ScriptReply) -> Recorded:
    return Recorded(
        run_id=reply.text("run"),
        seq=reply.number("seq"),
        wake=reply.number("wake"),
        lease_left_s=reply.number("left_ms") / 1000,
        withdraws=numbers(reply.text("withdraws")),
    )


def _closed(reply: ScriptReply) -> Closed:
    """Decode `unknown`, `expired`, `superseded <seq>`, or a verdict, its fingerprint and seq.

    Newer code may have stored a state of another form.
    """
    match reply.text("state").split(" "):
        case ["unknown" | "expired" as state]:
            return Closed(state="unknown" if state == "unknown" else "expired")
        case ["superseded", seq] if seq.isdecimal():
            return Closed(state="superseded", seq=int(seq))
        case [verdict, decided, seq] if seq.isdecimal():
            return Closed(state="decided", verdict=verdict, fingerprint=decided, seq=int(seq))
        case _:
            return Closed(state="newer")
