"""What the Redis scripts answer, in the brain's words."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, assert_never

from brain.run import records
from brain.run.errors import EntryUnreadable, LeaseLost, RunStopped
from brain.run.journal import Entry, Run, Spent
from brain.run.messages import Draft, Heard, How, LogEntry, Message, Utterance
from brain.run.moves import (
    Admitted,
    Alive,
    AnsweredAside,
    Arrival,
    Asked,
    Closed,
    Commit,
    CommitKind,
    Committed,
    Duplicate,
    LeaseToken,
    Recorded,
    Stop,
    Stopped,
)
from brain.run.views import Page, Status

STATUS_FIELDS = (
    "state", "id", "loops", "activity", "started", "last", "seq", "progress", "reason",
    "question", "channel", "held",
)  # fmt: skip

HERE_MS = (
    130_000  # ms that a sign of life counts: two looks of a stream; who polls asks far more often
)
LOOK_FIELDS = ("id", "fence", "state", "reason")
NOT_OURS = "the lease is another's"

type Reply = list[Any]


def log(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """Entries of a stream: `[id, [kind, form, "r", run id]]`, the id being `<seq>-0`.

    Where only the script knew what a message answers, `"a", seq` follow.
    """
    return tuple(
        records.entry_from_log(
            seq=int(id.partition("-")[0]),
            kind=fields[0],
            run_id=fields[3],
            stored=fields[1],
            answers_seq=int(fields[5]) if len(fields) > 5 else None,
        )
        for id, fields in entries
    )


def _legible(entries: Sequence[Any]) -> tuple[LogEntry, ...]:
    """The same without what does not load: an entry that newer code wrote is missing from what the
    brain remembers, and keeps nobody from being answered.
    """
    found: list[LogEntry] = []
    for entry in entries:
        with suppress(EntryUnreadable):
            found += log([entry])
    return tuple(found)


def _journal(lines: Sequence[str], *, run_id: str) -> tuple[tuple[Entry, ...], bool]:
    """The entries up to the first that does not load, and whether one did not."""
    entries: list[Entry] = []
    for line in lines:
        try:
            entries.append(records.entry_from_journal(line, run_id=run_id))
        except EntryUnreadable:
            return tuple(entries), True
    return tuple(entries), False


def admitted(user_id: str, reply: Reply) -> Admitted:
    seq, now_ms, run_id, fence, step, first_seq, wake = reply[1:8]
    started, loops, tokens, handoffs, attempts, pace, lines, newest_first, heard = reply[8:17]
    block, upto = reply[17]
    journal, poisoned = _journal(lines, run_id=run_id)
    spent = Spent(
        started_ms=int(started),
        loops=int(loops),
        tokens=int(tokens),
        handoffs=int(handoffs),
        attempts=int(attempts),
        pace_ms=int(pace or 0),
    )
    return Admitted(
        token=LeaseToken(user_id=user_id, run_id=run_id, fence=int(fence)),
        run=Run(
            run_id=run_id,
            step=int(step),
            first_seq=int(first_seq),
            spent=spent,
            journal=journal,
            poisoned=poisoned,
        ),
        tail=_legible(newest_first[::-1]),
        now_ms=int(now_ms),
        wake=int(wake),
        seq=int(seq) or None,
        heard=heard_by(heard),
        memory=block,
        summarised_seq=int(upto or 0),
    )


def recorded(reply: Reply) -> Recorded:
    _, seq, run_id, _, wake, left_ms, _ = reply
    return Recorded(run_id=run_id, seq=int(seq), wake=int(wake), lease_left_s=int(left_ms) / 1000)


def answered(arrival: Arrival, answer: Draft, reply: Reply) -> AnsweredAside:
    seq, run_id = int(reply[1]), arrival.new_run_id
    draft = replace(answer, answers_seq=seq)
    return AnsweredAside(
        run_id=run_id,
        seq=seq,
        message=draft.placed(seq=seq + 1, run_id=run_id, done_after_this=True),
    )


def alive(reply: Reply) -> Alive:
    _, run_id, wake, left_ms = reply
    return Alive(run_id=run_id, wake=int(wake), lease_left_s=int(left_ms) / 1000)


def held(reply: Reply) -> None:
    """Raises LeaseLost, RunStopped."""
    if reply[0] == "lost":
        raise RunStopped("the user has stopped the run") if reply[1] else LeaseLost(NOT_OURS)


def looked(token: LeaseToken, reply: Reply) -> None:
    """The values of LOOK_FIELDS. Raises LeaseLost, RunStopped."""
    run_id, fence, state, reason = reply
    if run_id == token.run_id and fence == str(token.fence) and state == "running":
        return
    held(["lost", run_id == token.run_id and reason == "stopped"])


def stopped(stop: Stop, reply: Reply) -> Stopped:
    _, run_id, seq, acting, answers_seq = reply
    draft = replace(stop.unsure if acting else stop.plain, answers_seq=int(answers_seq))
    message = draft.placed(seq=int(seq), run_id=run_id, done_after_this=True)
    return Stopped(run_id=run_id, message=message)


def page(reply: Reply) -> Page:
    last_seq, first_seq, entries = reply
    return Page(entries=_legible(entries), last_seq=int(last_seq), first_seq=int(first_seq))


def _waiting(question: str, *, now_ms: int) -> str | None:
    """The id of the question that was asked last, as long as it takes a decision."""
    id, _, expires_ms = question.partition(" ")
    return id if expires_ms and int(expires_ms) > now_ms else None


def status(reply: Reply) -> Status:
    """The values of STATUS_FIELDS, all None for a user who never said anything; then whether a page
    has asked lately.
    """
    state, run_id, loops, activity, started, last, seq, progress, reason = reply[:9]
    question, channel, held, here, now = reply[9:]
    is_here = bool(here) and int(now) - int(str(here).split()[0]) < HERE_MS
    is_subscribed = (channel or "").endswith(" 1")
    idle: Literal["stopped", "idle"] = "stopped" if reason == "stopped" else "idle"
    return Status(
        state="running" if state in ("running", "handingOver") else idle,
        run_id=run_id or None,
        loop=int(loops or 0),
        activity=activity or "",
        started_ms=int(started) if started else None,
        last_event_ms=int(last) if last else None,
        last_seq=int(seq or 0),
        progress=float(progress) if progress else None,
        reason=reason or "",
        question_id=_waiting(question or "", now_ms=int(now)),
        is_subscribed=is_subscribed,
        is_listening=is_here or is_subscribed,
        held=int(held or 0),
    )


def mark(heard: Heard) -> str:
    """How much was heard, in characters: 0 for nothing, `all` for all."""
    match heard.how:
        case How.PLAYED:
            return "all"
        case How.CUT_OFF:
            return str(heard.chars)
        case How.UNSPOKEN:
            return "0"
        case _:
            assert_never(heard.how)


def heard_by(marks: str) -> tuple[Heard, ...]:
    """The marks of a run hash: `<seq>=<mark>`, a space between them."""
    found = (part.partition("=") for part in marks.split())
    return tuple(
        Heard(seq=int(seq), how=How.PLAYED)
        if mark == "all"
        else Heard(seq=int(seq), how=How.CUT_OFF if int(mark) else How.UNSPOKEN, chars=int(mark))
        for seq, _, mark in found
    )


def closed(reply: Reply) -> Closed:
    """`unknown`, `expired`, `superseded <seq>`, or the verdict, its digest and its seq."""
    match str(reply[1]).split(" "):
        case ["unknown" | "expired" as state]:
            return Closed(state="unknown" if state == "unknown" else "expired")
        case ["superseded", seq]:
            return Closed(state="superseded", seq=int(seq))
        case [verdict, fingerprint, seq]:
            return Closed(state="decided", verdict=verdict, fingerprint=fingerprint, seq=int(seq))
        case other:
            raise EntryUnreadable(f"a question's state of {len(other)} words does not load")


def asked(reply: Reply) -> Asked | None:
    form, is_open, is_last = reply
    if form is None:
        return None
    entry = records.entry_from_log(seq=0, kind="t", run_id="", stored=form)
    assert isinstance(entry, Message)  # what a commit asked
    return Asked(message=entry, is_open=bool(is_open), is_last=bool(is_last))


def duplicate(reply: Reply) -> Duplicate:
    _, seq, run_id, finished, wake, left_ms, later = reply
    terminal = (
        entry
        for entry in _legible(later)
        if isinstance(entry, Message) and entry.done_after_this and entry.run_id == run_id
    )
    return Duplicate(
        run_id=run_id,
        seq=int(seq),
        wake=int(wake),
        lease_left_s=int(left_ms) / 1000,
        finished=finished == "1",
        message=next(terminal, None),
    )


def committed(token: LeaseToken, commit: Commit, reply: Reply) -> Committed:
    held(reply)
    _, first, ended, fence, taken, waiting = reply
    finished = ended == "1"
    drafts = commit.drafts if finished or commit.kind is not CommitKind.REST else ()
    last = len(drafts) - 1
    messages = tuple(
        draft.placed(
            seq=int(first) + i, run_id=token.run_id, done_after_this=finished and i == last
        )
        for i, draft in enumerate(drafts)
    )
    return Committed(
        messages=messages,
        taken=tuple(entry for entry in log(taken) if isinstance(entry, Utterance)),
        finished=finished,
        fence=int(fence),
        held=int(waiting or 0),
    )
