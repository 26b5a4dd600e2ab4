"""What the operator reads: lines, or JSON. The user's texts are in it only if asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence

from brain.cloud.meter import counts_in
from brain.cloud.redis.scripts import whole
from brain.codec import Json
from brain.inspect.model import Finding, Seen
from brain.inspect.rules import at, last_message, phase, unanswered
from brain.run.messages import LogEntry, Utterance
from brain.usage.model import Receipt, receipt_to_wire, state_of

NO_USER = Finding(
    what="noSuchUser",
    says="Nothing is stored of such a user or run.",
    next="Check the id. A run is found by its receipt, which it has when it has ended: before, or"
    " without a database, name its user as well (--user USER).",
)


def in_json(
    seen: Seen | None, found: Sequence[Finding], unread: Mapping[str, str], *, texts: bool
) -> str:
    """Return everything as JSON."""
    stored = seen.stored if seen is not None else None
    told: Json = {
        "user": (seen.user_id or seen.user_hash) if seen is not None else None,
        "state": phase(stored),
        "runs": [_run(each, seen) for each in _receipts(seen)] if seen is not None else [],
        "findings": [_finding(each) for each in found],
        "unanswered": [_entry(each, texts) for each in (unanswered(stored) if stored else ())],
        "unread": dict(unread),
    }
    if texts and seen is not None:
        told["texts"] = [_entry(each, texts) for each in _told(seen)]
    return json.dumps(told, ensure_ascii=False, indent=1)


def in_words(
    seen: Seen | None, found: Sequence[Finding], unread: Mapping[str, str], *, texts: bool
) -> str:
    """Return everything as lines."""
    return "\n".join(_lines(seen, found, unread, texts))


def _lines(
    seen: Seen | None, found: Sequence[Finding], unread: Mapping[str, str], texts: bool
) -> Iterator[str]:
    if seen is not None:
        yield f"User {seen.user_id or 'unknown'}, hash {seen.user_hash}: {phase(seen.stored)}."
        yield _unanswered(seen)
    for finding in found:
        where = f"  run {finding.run}" if finding.run else ""
        since = f"  since {at(finding.since_ms)}" if finding.since_ms else ""
        yield f"\n{finding.what}{where}{since}"
        yield f"  {finding.says}"
        yield f"  Next: {finding.next}"
    for receipt in _receipts(seen) if seen is not None else ():
        total = receipt.counts.total
        yield (
            f"\nReceipt of {receipt.counts.run_id}: {receipt.state}"
            f"{f' ({receipt.because})' if receipt.because else ''}, {receipt.counts.loops} loops,"
            f" {total.tokens_in} tokens in, {total.tokens_out} out, USD {total.usd}"
        )
    for entry in _told(seen) if texts and seen is not None else ():
        yield f"\n{entry.seq} {'user' if isinstance(entry, Utterance) else 'brain'}: {entry.text}"
    for service, why in unread.items():
        yield f"\nNot read: {service}: {why}."


def _unanswered(seen: Seen) -> str:
    if seen.stored is None:
        return "Which texts are unanswered is not known."
    waiting = unanswered(seen.stored)
    if not waiting:
        return "No text is unanswered."
    places = ", ".join(f"seq {one.seq} ({at(_ms(one))})" for one in waiting)
    return f"Unanswered texts: {places}."


def _told(seen: Seen) -> list[LogEntry]:
    """Return the entries whose texts are shown: unanswered ones, the last message, questions."""
    if (stored := seen.stored) is None:
        return []
    last = last_message(stored, seen.about or stored.fields["id"])
    places = {one.seq for one in unanswered(stored)} | {one.seq for one in stored.questions}
    places |= {last.seq} if last else set()
    return [entry for entry in stored.entries if entry.seq in places]


def _receipts(seen: Seen) -> list[Receipt]:
    """Return the receipts, with that of a run that is on, or that has none in the database."""
    stored = seen.stored
    counts = counts_in(stored.fields["receipt"]) if stored is not None else None
    kept = [*seen.receipts]
    if stored is None or counts is None or counts.run_id != stored.fields["id"]:
        return kept
    if any(each.counts.run_id == counts.run_id for each in kept):
        return kept
    reason, is_on = stored.fields["reason"], phase(stored) != "idle"
    ended_ms = None if is_on else whole(stored.fields["last"])
    state = "running" if is_on else state_of(reason)
    return [Receipt(counts=counts, state=state, because=reason, ended_ms=ended_ms), *kept]


def _run(receipt: Receipt, seen: Seen | None) -> Json:
    stored = seen.stored if seen is not None else None
    now_ms = stored.now_ms if stored is not None else receipt.ended_ms or receipt.counts.started_ms
    return receipt_to_wire(receipt, now_ms=now_ms)


def _finding(finding: Finding) -> Json:
    since = None if finding.since_ms is None else at(finding.since_ms)
    return {
        "what": finding.what,
        "run": finding.run or None,
        "since": since,
        "says": finding.says,
        "next": finding.next,
    }


def _entry(entry: LogEntry, texts: bool) -> Json:
    told: Json = {"seq": entry.seq, "run": entry.run_id, "since": at(_ms(entry))}
    return {**told, "text": entry.text} if texts else told


def _ms(entry: LogEntry) -> int:
    return round(entry.created_at.timestamp() * 1000)
