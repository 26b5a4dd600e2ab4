"""What the user's brain is told about jobs. Pure."""

from collections.abc import Sequence

from brain.codec import Json, iso
from brain.jobs.helpers.doubt import FOREIGN
from brain.jobs.model import Job, Mind
from brain.jobs.rules import progress

RESULTS_CHARS = 8_000  # of all results together; the document has them whole
SUMMARY_CHARS = 8_000


def any_foreign(jobs: Sequence[Job]) -> bool:
    """Whether others may have worded a title, a result or the report of one of these jobs."""
    return any(job.foreign or bool(job.request.get(FOREIGN)) for job in jobs)


def told_job(job: Job) -> Json:
    """Return a job of a list."""
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "status": job.status,
        "completed": job.completed_count,
        "failed": job.failed_count,
        "total": job.total_count,
        "percent": progress(job.completed_count, job.failed_count, job.total_count),
        "startedAt": iso(job.created_at),
        "reportReady": job.report is not None,
        "headline": (job.report or {}).get("headline"),
    }


def told_report(job: Job, report: Json, minds: Sequence[Mind]) -> Json:
    """Return what came of a job, short enough for one result of a tool."""
    room = RESULTS_CHARS // max(1, len(minds))
    return {
        "title": job.title,
        "status": job.status,
        "headline": report.get("headline"),
        "summary": _short(str(report.get("summary") or ""), SUMMARY_CHARS),
        "findings": report.get("findings") or [],
        "documentId": job.document_id,
        "parts": [
            {
                "n": mind.number,
                "title": mind.label,
                "status": mind.status,
                "reason": mind.ended_reason,
                "result": mind.result and _short(mind.result, room),
                "needs": mind.needs,
            }
            for mind in minds
        ],
    }


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
