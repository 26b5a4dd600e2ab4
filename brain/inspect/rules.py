"""What follows from what is stored: findings, each with what to do next. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from brain.cloud.meter import counts_in
from brain.cloud.redis.marks import heard_by
from brain.cloud.redis.scripts import whole
from brain.codec import iso
from brain.inspect.ended import ended
from brain.inspect.model import Finding, QueuedCall, RunPhase, Seen, StoredUser
from brain.inspect.waiting import dead_letters, held
from brain.run.messages import How, Message, Utterance
from brain.usage.model import Receipt

NO_CALL = (
    "The run goes on with the user's next text: ask them to write again. Then look for queue.failed"
    " and for errors in the function's log."
)


def at(ms: int) -> str:
    """Return a time as text, in UTC."""
    return iso(datetime.fromtimestamp(ms / 1000, UTC))


def phase(stored: StoredUser | None) -> RunPhase:
    """Return the state of the lease: who may be the brain."""
    if stored is None:
        return "none"
    is_due = whole(stored.fields["lease"]) <= stored.now_ms
    match stored.fields["state"]:
        case "running":
            return "expired" if is_due else "running"
        case "handingOver":
            return "overdue" if is_due else "handingOver"
        case "idle":
            return "idle"
        case _:
            return "none"


def unanswered(stored: StoredUser) -> tuple[Utterance, ...]:
    """Return the texts whose run has no last message, without those that were taken back."""
    said = [one for one in stored.entries if isinstance(one, Message)]
    done = {one.run_id for one in said if one.done_after_this}
    return tuple(
        one
        for one in stored.entries
        if isinstance(one, Utterance)
        and (one.kind, one.withdrawn) == ("text", False)
        and one.run_id not in done
    )


def last_message(stored: StoredUser, run: str) -> Message | None:
    """Return the last message of a run, if it has one among the entries that were read."""
    of_run = (
        one
        for one in reversed(stored.entries)
        if isinstance(one, Message) and one.run_id == run and one.done_after_this
    )
    return next(of_run, None)


def findings(seen: Seen) -> tuple[Finding, ...]:
    """Return what there is to say of a user, what concerns the run first."""
    stored = seen.stored
    if stored is None:
        newest = [ended(each.counts.run_id, each, None) for each in seen.receipts]
        return (*newest[:1], *dead_letters(seen))
    run = seen.about or stored.fields["id"]
    is_last = run == stored.fields["id"]
    return (
        *(_last_run(seen, stored) if is_last else _older_run(seen, stored, run)),
        *_questions(stored),
        *_unheard(stored, run),
        *held(seen, stored),
        *dead_letters(seen),
    )


def _last_run(seen: Seen, stored: StoredUser) -> Iterator[Finding]:
    match phase(stored):
        case "running":
            yield _working(stored)
        case "handingOver":
            yield from _waiting(seen, stored, must_be_known=False)
        case "expired" | "overdue":
            yield _expired(stored)
            yield from _waiting(seen, stored, must_be_known=True)
        case _:
            yield from _ended(seen, stored)
            yield from _lost(stored)


def _older_run(seen: Seen, stored: StoredUser, run: str) -> Iterator[Finding]:
    receipt = next((each for each in seen.receipts if each.counts.run_id == run), None)
    message = last_message(stored, run)
    if receipt is not None or message is not None:
        yield ended(run, receipt, message)


def _working(stored: StoredUser) -> Finding:
    fields = stored.fields
    loops, activity = fields["loops"] or "0", fields["activity"] or "working"
    return Finding(
        what="running",
        run=fields["id"],
        since_ms=whole(fields["started"]),
        says=f"Invocation {fields['holder']} is the brain ({activity}, {loops} loops done). Its"
        f" last sign of life was at {at(whole(fields['last']))}, and its lease lasts until"
        f" {at(whole(fields['lease']))}.",
        next="Wait: the lease is renewed while it works, and a wake-up comes if it dies.",
    )


def _expired(stored: StoredUser) -> Finding:
    fields = stored.fields
    return Finding(
        what="leaseExpired",
        run=fields["id"],
        since_ms=whole(fields["lease"]),
        says="The brain has died or is frozen: it has not renewed its lease since"
        f" {at(whole(fields['last']))}. {fields['attempts'] or 0} invocations failed at this step.",
        next="A wake-up or the user's next text continues the run. Look in the function's log for"
        " what ended the invocation.",
    )


def _waiting(seen: Seen, stored: StoredUser, *, must_be_known: bool) -> Iterator[Finding]:
    """Say which call the run waits for, or that no call is due, if the queue could be asked."""
    run, lease_ms = stored.fields["id"], whole(stored.fields["lease"])
    calls = [call for call in (seen.queue.calls if seen.queue else ()) if call.run == run]
    if calls:
        yield _called(calls[0], run, lease_ms)
    elif not must_be_known:
        yield Finding(
            what="waitsForWakeUp",
            run=run,
            since_ms=whole(stored.fields["last"]),
            says="An invocation has handed the run over, and the queue calls the next one.",
            next=f"Wait until {at(lease_ms)}. If it has not come by then, look here again.",
        )
    elif seen.queue is not None:
        says = "No call for this run is known to be on the queue."
        yield Finding(what="noWakeUp", run=run, since_ms=lease_ms, says=says, next=NO_CALL)


def _called(call: QueuedCall, run: str, lease_ms: int) -> Finding:
    return Finding(
        what="waitsForWakeUp",
        run=run,
        since_ms=lease_ms,
        says=f"The queue calls {call.route} for this run ({call.reason or 'no reason'}), due at"
        f" {at(call.due_ms)}.",
        next="Wait. If that time is long past, the function fails or cannot be reached: look at its"
        " log and at BRAIN_PUBLIC_URL.",
    )


def _ended(seen: Seen, stored: StoredUser) -> Iterator[Finding]:
    """Say how the last run ended. The store knows more of it than its receipt."""
    fields = stored.fields
    if not fields["id"]:
        return
    if _is_taken_back(stored, fields["id"]):
        says = "The user has taken the text back, so it has no answer."
        yield Finding(what="answered", run=fields["id"], says=says, next="Nothing.")
        return
    kept = next((one for one in seen.receipts if one.counts.run_id == fields["id"]), None)
    counts = counts_in(fields["receipt"])
    if kept is None and counts is not None and counts.run_id == fields["id"]:
        kept = Receipt(counts=counts, state="done", ended_ms=whole(fields["last"]))
    yield ended(
        fields["id"],
        kept,
        last_message(stored, fields["id"]),
        because=fields["reason"],
        marks=fields["heard"],
        ended_ms=whole(fields["last"]),
    )


def _is_taken_back(stored: StoredUser, run: str) -> bool:
    """Whether all texts of a run were withdrawn."""
    texts = [one for one in stored.entries if isinstance(one, Utterance) and one.run_id == run]
    said = [one for one in texts if one.kind == "text"]
    return bool(said) and all(one.withdrawn for one in said)


def _lost(stored: StoredUser) -> Iterator[Finding]:
    """Say which texts wait though no run is on: the store has lost the run."""
    waiting = unanswered(stored)
    if waiting:
        places = ", ".join(str(one.seq) for one in waiting)
        yield Finding(
            what="noWakeUp",
            run=waiting[-1].run_id,
            since_ms=_ms(waiting[0].created_at),
            says=f"Texts at seq {places} have no answer, and the store has no run for them: a part"
            " of its data was lost.",
            next=NO_CALL,
        )


def _questions(stored: StoredUser) -> Iterator[Finding]:
    placed = {one.seq: one for one in stored.entries}
    for question in stored.questions:
        message = placed.get(question.seq)
        asked = message.question if isinstance(message, Message) else None
        whom = "the user's front end" if asked and asked.whom == "client" else "the user"
        tool = f" to {asked.tool}" if asked else ""
        yield Finding(
            what="waitsForDecision",
            run=message.run_id if message else "",
            since_ms=_ms(message.created_at) if message else None,
            says=f"The question {question.id}{tool} at seq {question.seq} waits for {whom} until"
            f" {at(question.expires_ms)}.",
            next="The user answers in the page, by POST /api/control, or in words. Until then"
            " nothing runs.",
        )


def _unheard(stored: StoredUser, run: str) -> Iterator[Finding]:
    """Say that nobody has reported the last message as heard, unless the user spoke since."""
    message = last_message(stored, run)
    marks = {mark.seq for mark in heard_by(stored.fields["heard"]) if mark.how is not How.UNSPOKEN}
    spoken = [one.seq for one in stored.entries if isinstance(one, Utterance)]
    if message is None or message.withdrawn or message.seq in marks:
        return
    if message.seq > max(spoken, default=0):
        listens = "A client listens now." if stored.notices.listening else "No client listens now."
        yield Finding(
            what="notHeard",
            run=run,
            since_ms=_ms(message.created_at),
            says=f"No client has reported the message at seq {message.seq} as shown or played."
            f" {listens}",
            next="It is in the log: a page shows it when it opens. Programs that take the answer"
            " from the response report nothing.",
        )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
