"""Rows of jobs and minds in memory."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from brain.codec import Json
from brain.jobs.model import Job, Mind, MindOutcome, NewJob


def queued_job(user_id: str, id: str, job: NewJob, now: datetime) -> Job:
    """Return a job that has been started at this time."""
    return Job(
        user_id=user_id,
        id=id,
        kind=job.kind,
        title=job.title,
        request=job.request,
        status="queued",
        total_count=len(job.minds),
        completed_count=0,
        failed_count=0,
        token_budget=job.budget,
        tokens_in=0,
        tokens_out=0,
        usd=None,
        event_sequence=0,
        join_mode=job.join_mode,
        document_id=job.document_id,
        compared_with=job.compared_with,
        origin_run=job.origin_run,
        report=None,
        report_by=None,
        foreign=job.foreign,
        report_tries=0,
        created_at=now,
        started_at=None,
        updated_at=now,
        last_event_at=None,
        finished_at=None,
    )


def cost(job: Job, outcome: MindOutcome) -> Decimal | None:
    """What is not known for one mind is not known for the job."""
    if job.completed_count + job.failed_count == 0:
        return outcome.usd
    return None if job.usd is None or outcome.usd is None else job.usd + outcome.usd


def queued_mind(id: str, user_id: str, job_id: str, fields: dict[str, Any]) -> Mind:
    """Return a mind that waits for its start."""
    return Mind(
        id=id,
        user_id=user_id,
        job_id=job_id,
        goal_reached=None,
        status="queued",
        ended_reason=None,
        result=None,
        sources=[],
        needs=None,
        turns=0,
        tokens_in=0,
        tokens_out=0,
        usd=None,
        attempt=0,
        verdict=None,
        started_at=None,
        finished_at=None,
        **fields,
    )


def without_texts(job: Job, minds: Sequence[Mind]) -> tuple[Job, Sequence[Mind]]:
    """Leave out what was asked for, said and found."""
    report: Json | None = None if job.report is None else {}
    texts: dict[str, Any] = dict.fromkeys(("brief", "goal", "result", "needs", "scenario"))
    texts |= {"profile": {}, "sources": []}
    return replace(job, request={}, report=report), [
        replace(mind, **texts, verdict=mind.verdict and {"outcome": mind.verdict.get("outcome")})
        for mind in minds
    ]
