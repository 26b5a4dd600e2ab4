"""Converts values of jobs to rows, and back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.rows import rows
from brain.codec import Json, clean, dumps
from brain.jobs.model import Job, JobStart, Mind, MindOutcome, NewJob, NewMind
from brain.jobs.ports import Filed
from brain.jobs.rules import mind_id
from brain.jobs.stored import reading

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

type JobAndMinds = tuple[Job, Sequence[Mind]]

MIND_IDS = b"""
    select job_id, array_agg(id order by number) from brain.minds
    where user_id = %(user_id)s and job_id = any(%(jobs)s) group by job_id
"""


def stored_json(value: object) -> str | None:
    """Return the value as JSON that Postgres can store; None for None."""
    return None if value is None else dumps(_clean(value))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(name): _clean(each) for name, each in value.items()}
        case list() | tuple():
            return [_clean(each) for each in value]
        case _:
            return value


def _text(value: str | None) -> str | None:
    return None if value is None else clean(value)


def job_row(user_id: str, id: str, job: NewJob, day: object) -> dict[str, Any]:
    """Return the row of a job that starts. `day` is the day of its reservation."""
    return {
        "user_id": user_id,
        "id": id,
        "kind": job.kind,
        "title": clean(job.title),
        "request": stored_json(job.request),
        "total": len(job.minds),
        "budget": job.budget,
        "join_mode": job.join_mode,
        "document_id": job.document_id,
        "compared_with": job.compared_with,
        "origin_run": job.origin_run,
        "foreign": job.foreign,
        "day": day,
    }


def mind_row(user_id: str, job_id: str, mind: NewMind, *, foreign: bool) -> dict[str, Any]:
    """Return the row of a mind that waits for its start."""
    return {
        "id": mind_id(job_id, mind.number),
        "user_id": user_id,
        "job_id": job_id,
        "number": mind.number,
        "label": clean(mind.label),
        "profile": stored_json(mind.profile),
        "brief": _text(mind.brief),
        "goal": _text(mind.goal),
        "scenario": stored_json(mind.scenario),
        "scenario_digest": mind.scenario_digest,
        "seed": mind.seed,
        "foreign": foreign,
    }


def outcome_row(mind_id: str, outcome: MindOutcome) -> dict[str, Any]:
    """Return the columns that an outcome sets."""
    return {
        "id": mind_id,
        "status": outcome.status,
        "reason": outcome.reason,
        "completed": int(outcome.status == "complete"),
        "result": _text(outcome.result),
        "sources": stored_json(outcome.sources),
        "needs": _text(outcome.needs),
        "foreign": outcome.foreign,
        "goal_reached": outcome.goal_reached,
        "turns": outcome.turns,
        "tokens_in": outcome.tokens_in,
        "tokens_out": outcome.tokens_out,
        "usd": outcome.usd,
        "verdict": stored_json(outcome.verdict),
    }


def filed_row(user_id: str, id: str, filed: Filed, document_id: str | None) -> dict[str, Any]:
    """Return the columns that a report sets."""
    report: Json = {**filed.report, "documentId": document_id}
    return {
        "user_id": user_id,
        "id": id,
        "report": stored_json(report),
        "by": filed.by,
        "foreign": filed.foreign,
        "document_id": document_id,
        **used_row(filed.outcome),
    }


def used_row(outcome: MindOutcome | None) -> dict[str, Any]:
    """Return what an attempt at a report has used."""
    used = outcome or MindOutcome(status="failed", reason="model", usd=Decimal())
    # Without tokens nothing was asked, so it cost nothing.
    usd = used.usd if used.tokens_in + used.tokens_out else Decimal()
    return {"tokens_in": used.tokens_in, "tokens_out": used.tokens_out, "usd": usd}


def started(job: Job, minds: list[Mind]) -> JobStart:
    """Return the answer to a start whose key is known."""
    return JobStart(
        job_id=job.id,
        mind_ids=tuple(mind.id for mind in minds),
        status=job.status,
        duplicate=True,
        budget=job.token_budget,
    )


def first[T](found: list[T]) -> T | None:
    """Return the only row of a query by a key."""
    return found[0] if found else None


async def changed(
    connection: "Connection", query: bytes, values: dict[str, Any]
) -> dict[str, Any] | None:
    """Run a change that returns the owner and the job of a mind; None if it changed nothing.

    Return the values with `user_id` and `job_id`, and with `foreign` if the change returns it.
    """
    row = await (await connection.execute(query, values)).fetchone()
    if row is None:
        return None
    return {**values, **dict(zip(("user_id", "job_id", "foreign"), row, strict=False))}


async def read_mind(connection: "Connection", mind_id: str) -> Mind | None:
    """Read a mind in a transaction that has changed it."""
    return first(await rows(connection, Mind, reading.READ_MIND, {"id": mind_id, "user_id": None}))


async def both(
    connection: "Connection", queries: tuple[bytes, bytes], named: dict[str, Any]
) -> JobAndMinds | None:
    """Read a job and its minds in one round trip; None if there is no such job."""
    from psycopg.rows import class_row

    async with (
        connection.cursor(row_factory=class_row(Job)) as jobs,
        connection.cursor(row_factory=class_row(Mind)) as minds,
    ):
        await jobs.execute(queries[0], named)  # sent together with the next one
        await minds.execute(queries[1], named)
        job = await jobs.fetchone()
        return None if job is None else (job, await minds.fetchall())


async def mind_ids(
    connection: "Connection", user_id: str, job_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Read the ids of the minds of these jobs, in the order of their numbers."""
    named = {"user_id": user_id, "jobs": list(job_ids)}
    return dict(await (await connection.execute(MIND_IDS, named)).fetchall())
