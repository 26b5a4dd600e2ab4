"""What the routes answer about jobs. Pure.

The status has no text of a conversation, and nothing that changes by itself: it is polled, and
two polls between which nothing happened must be equal.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from brain.codec import Json, iso
from brain.jobs.model import Job, JobStart, JobState, Mind, StoppedMinds
from brain.jobs.plans.things import EffectRow, Label
from brain.jobs.rules import progress
from brain.jobs.talks.rules import is_start, opener_of
from brain.run.messages import Kind, LogEntry, Message
from brain.run.store import Page, Status

FIGURES = ("passed", "failed", "unsure", "invalid", "passRate", "interval", "firstWordS")


def started_to_wire(start: JobStart) -> Json:
    """Encode the answer to a start."""
    runs = len(start.mind_ids)
    return {
        "jobId": start.job_id,
        "runId": start.job_id,
        "conversationIds": list(start.mind_ids),
        "status": start.status,
        "duplicate": start.duplicate,
        "estimate": {"runs": runs, "tokens": start.budget, "usd": None},
    }


def stopped_to_wire(found: StoppedMinds) -> Json:
    """Encode the answer to a stop: what the store said."""
    return {
        "jobId": found.job_id,
        "state": "stopped",
        "stopped": list(found.stopped),
        "finished": list(found.finished),
        "status": found.status,
    }


def job_to_wire(job: Job, *, mind_ids: Sequence[str], more_tokens: int = 0) -> Json:
    """Encode a job with no more of its minds than their ids. `more_tokens` are used by minds that
    still work.
    """
    return {
        "jobId": job.id,
        "runId": job.id,
        "kind": job.kind,
        "title": job.title,
        "status": job.status,
        "completed": job.completed_count,
        "failed": job.failed_count,
        "total": job.total_count,
        "progress": progress(job.completed_count, job.failed_count, job.total_count),
        "eventSequence": job.event_sequence,
        "createdAt": iso(job.created_at),
        "startedAt": _moment(job.started_at),
        "updatedAt": iso(job.updated_at),
        "lastEventAt": _moment(job.last_event_at),
        "finishedAt": _moment(job.finished_at),
        "reportReady": job.report is not None,
        "documentId": job.document_id,
        "comparedWith": job.compared_with,
        "tokens": job.tokens_in + job.tokens_out + more_tokens,
        "tokenBudget": job.token_budget,
        "usd": _dollars(job.usd),
        "conversationIds": list(mind_ids),
    }


def state_to_wire(found: JobState) -> Json:
    """Encode a job with its minds."""
    working = [found.now[mind.id] for mind in found.minds if mind.id in found.now]
    used, ids = sum(status.tokens for status in working), [mind.id for mind in found.minds]
    return {
        **job_to_wire(found.job, mind_ids=ids, more_tokens=used),
        "runs": [_mind_to_wire(mind, found.now.get(mind.id)) for mind in found.minds],
    }


def _mind_to_wire(mind: Mind, now: Status | None) -> Json:
    """Encode a mind. `now`: what it does, while it works."""
    tokens = mind.tokens_in + mind.tokens_out + (now.tokens if now else 0)
    return {
        **_named(mind),
        "verdict": _outcome(mind),
        "turns": mind.turns,
        "loop": now.loop if now else None,
        "activity": (now.activity or None) if now else None,
        "tokens": tokens,
    }


def report_to_wire(
    job: Job,
    report: Json,
    minds: Sequence[Mind],
    effects: Sequence[EffectRow],
    labels: Sequence[Label],
) -> Json:
    """Encode what came of a job."""
    of_rehearsal = job.kind == "rehearsal"
    return {
        "jobId": job.id,
        "kind": job.kind,
        "status": job.status,
        "title": job.title,
        "headline": report.get("headline", ""),
        "summary": report.get("summary", ""),
        "writtenBy": job.report_by,
        "foreign": job.foreign,
        "findings": report.get("findings") or [],
        "missing": [_missing(mind) for mind in minds if mind.status != "complete"],
        "suggestion": report.get("suggestion"),
        "revisedPrompt": report.get("revisedPrompt"),
        "documentId": job.document_id,
        "comparison": report.get("comparison"),
        "metrics": _metrics(job, report.get("metrics") or {}),
        "runs": [
            {**_result(mind), **(_rehearsed(mind, effects, labels) if of_rehearsal else {})}
            for mind in minds
        ],
    }


def _metrics(job: Job, figures: Mapping[str, object]) -> Json:
    """Return the counts of verdicts, null for jobs that have none, and what was used."""
    known = {name: figures.get(name) for name in FIGURES}
    used = {"tokens": job.tokens_in + job.tokens_out, "usd": _dollars(job.usd)}
    return {**figures, **known, **used}


def _missing(mind: Mind) -> Json:
    return {"n": mind.number, "label": mind.label, "reason": mind.ended_reason}


def _named(mind: Mind) -> Json:
    """Return which mind it is, and how it stands."""
    return {
        "n": mind.number,
        "conversationId": mind.id,
        "label": mind.label,
        "status": mind.status,
        "endedReason": mind.ended_reason,
        "goalReached": mind.goal_reached,
    }


def _result(mind: Mind) -> Json:
    return {
        **_named(mind),
        "result": mind.result,
        "complete": mind.status == "complete",
        "sources": mind.sources,
        "needs": mind.needs,
        "foreign": mind.foreign,
        "tokens": mind.tokens_in + mind.tokens_out,
        "usd": _dollars(mind.usd),
        "turns": mind.turns,
    }


def _rehearsed(mind: Mind, effects: Sequence[EffectRow], labels: Sequence[Label]) -> Json:
    """Return what a rehearsal has besides: the verdict with the user's labels, and the effects."""
    said = {label.item: label.person for label in labels if label.number == mind.number}
    verdict = mind.verdict and {
        **mind.verdict,
        "rubric": [
            {**line, "label": said.get(str(line.get("item")))}
            for line in mind.verdict.get("rubric") or []
        ],
    }
    mine = [
        {"seq": one.seq, "tool": one.tool, "arguments": one.arguments, "result": one.result}
        for one in effects
        if one.mind_id == mind.id
    ]
    return {"verdict": verdict, "effects": mine, "seed": mind.seed}


def log_to_wire(page: Page, mind: Mind, *, since: int) -> Json:
    """Encode a page of a mind's log."""
    return {
        "messages": [_entry(entry, mind) for entry in page.entries],
        "nextSince": page.entries[-1].seq if page.entries else since,
        "lastSeq": page.last_seq,
    }


def _entry(entry: LogEntry, mind: Mind) -> Json:
    """Encode a log entry: who says what. A mind that works alone speaks under its label, and the
    opening of a talk is said by its first character.
    """
    opener = opener_of(mind.profile) if is_start(entry) else None
    speaker = (entry.speaker or mind.label) if isinstance(entry, Message) else opener
    return {
        "seq": entry.seq,
        "id": entry.id,
        "role": "user" if speaker is None else "brain",
        "speaker": speaker,
        "kind": str(entry.kind if opener is None else Kind.SAY),
        "text": entry.text,
        "createdAt": iso(entry.created_at),
    }


def _outcome(mind: Mind) -> str | None:
    """Return the verdict as one word. Its other fields quote the conversation."""
    return None if mind.verdict is None else str(mind.verdict.get("outcome"))


def _moment(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _dollars(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)
