"""Shared by `admit`, `aside` and `resume`: decoding answers, and retention times."""

from brain.cloud.meter import meter
from brain.cloud.redis import entries
from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.scripts import ScriptArguments, ScriptReply
from brain.run.journal import Run, Spent
from brain.run.messages import LogEntry, Message
from brain.run.moves import Admitted, Arrival, Duplicate, LeaseToken, RateLimited
from brain.settings import logs
from brain.texts.moments import DEFAULT_ZONE

ID_KEEP_MS = 24 * 3600 * 1000  # ms; how long a message id is known
JOURNAL_KEEP_MS = 48 * 3600 * 1000  # ms; a run takes at most a day, and stays readable for another
RATE_WINDOW_MS = 60_000  # ms; the minute of `texts_per_minute`


def of_device(arrival: Arrival) -> ScriptArguments:
    """Return what the user's device says of itself, as arguments of a script."""
    return {"language": arrival.language or "", "zone": arrival.zone or ""}


def admitted(user_id: str, reply: ScriptReply) -> Admitted:
    """Decode the answer to an invocation that now owns the lease. What follows counts for its run,
    and is logged with it.
    """
    logs.note(user_id=user_id, run_id=reply.text("run"))
    if (running := meter()) is not None:
        running.begin(
            reply.text("run"),
            reply.text("receipt"),
            started_ms=reply.number("started"),
            now_ms=reply.number("now_ms"),
            zone=reply.text("zone") or DEFAULT_ZONE,
        )
    return Admitted(
        token=LeaseToken(user_id=user_id, run_id=reply.text("run"), fence=reply.number("fence")),
        run=_run(reply),
        tail=_shown(reply),
        now_ms=reply.number("now_ms"),
        wake=reply.number("wake"),
        seq=reply.number("seq") or None,
        heard=heard_by(reply.text("heard"), open_seq=reply.number("open")),
        memory=reply.found("block"),
        summarised_seq=reply.number("upto"),
        language=reply.text("language") or None,
        zone=reply.text("zone") or DEFAULT_ZONE,
        withdraws=entries.numbers(reply.text("withdraws")),
        left_ms=reply.number("left"),
    )


def _shown(reply: ScriptReply) -> tuple[LogEntry, ...]:
    """Decode the end of the log before the run, without what the user has erased."""
    found = entries.legible(entries.from_lines(reply.items("history")[::-1]))
    return tuple(entry for entry in found if not entries.is_erased(entry))


def _run(reply: ScriptReply) -> Run:
    run_id = reply.text("run")
    journal, poisoned = entries.journal(reply.items("journal"), run_id=run_id)
    return Run(
        run_id=run_id,
        step=reply.number("step"),
        first_seq=reply.number("first"),
        spent=spent_of(reply),
        journal=journal,
        poisoned=poisoned,
    )


def spent_of(reply: ScriptReply) -> Spent:
    """Decode how much of its limits a run has used."""
    return Spent(
        started_ms=reply.number("started"),
        loops=reply.number("loops"),
        tokens=reply.number("tokens"),
        handoffs=reply.number("handoffs"),
        attempts=reply.number("attempts"),
        pace_ms=reply.number("pace"),
    )


def duplicate(reply: ScriptReply) -> Duplicate:
    """Decode the answer to a text whose message id is known."""
    run_id = reply.text("run")
    terminal = (
        entry
        for entry in entries.legible(reply.items("later"))
        if isinstance(entry, Message) and entry.done_after_this and entry.run_id == run_id
    )
    return Duplicate(
        run_id=run_id,
        seq=reply.number("seq"),
        wake=reply.number("wake"),
        lease_left_s=reply.number("left_ms") / 1000,
        finished=reply.flag("finished"),
        message=next(terminal, None),
    )


def taken_back(reply: ScriptReply) -> Duplicate:
    """Decode the answer to a text that was admitted before, and taken back since."""
    return Duplicate(
        run_id=reply.text("run"),
        seq=reply.number("seq"),
        wake=0,
        lease_left_s=0,
        finished=True,
        withdrawn=True,
    )


def limited(reply: ScriptReply) -> RateLimited:
    """Decode the answer to a text that exceeds the rate limit."""
    return RateLimited(retry_after_s=reply.number("wait_ms") / 1000)
