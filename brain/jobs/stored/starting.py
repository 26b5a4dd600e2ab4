"""Decides in Postgres whether a job may start, and stores it."""

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.rows import rows
from brain.jobs.model import Job, JobStart, Mind, NewJob
from brain.jobs.ports import JobRefused
from brain.jobs.rules import OPEN_MOST, mind_id
from brain.jobs.stored import reading
from brain.jobs.stored import statements as sql
from brain.jobs.stored.rows import job_row, mind_row, started
from brain.settings.budgets import DailyBudget

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

# Two starts of a user wait for each other. The row of the day would not do: around midnight they
# have two of them.
ONE_AT_A_TIME = b"select pg_advisory_xact_lock(hashtextextended('jobs of ' || %(user_id)s, 0))"
FULL_S = 30  # seconds after which a user with two open jobs may try again


async def start(
    connection: "Connection",
    user_id: str,
    id: str,
    job: NewJob,
    budget: DailyBudget,
    offset: timedelta,
) -> JobStart:
    """Reserve the budget and insert the job, unless it is there. Raises JobRefused.

    `offset` is that of the user's clock from UTC.

    The user is locked first: two starts at once cannot both see room for one.
    """
    named: dict[str, Any] = {"user_id": user_id, "id": id, "budget": job.budget}
    named["offset"] = offset
    await connection.execute(ONE_AT_A_TIME, named)
    await connection.execute(sql.OPEN_DAY, named)
    locked = await (await connection.execute(sql.LOCK_DAY, named)).fetchone()
    assert locked is not None, "this transaction has inserted the row or found it"
    taken, day, usd, left_s = locked
    known = await rows(connection, Job, reading.READ_JOB, named)
    if known:
        return started(known[0], await rows(connection, Mind, reading.READ_MINDS, named))
    await _check_open(connection, named)
    _check_tokens(job.budget, (budget.tokens or 0) - taken, left_s)
    _check_usd(usd, budget.usd, left_s)
    await connection.execute(sql.RESERVE, {**named, "day": day})
    await connection.execute(sql.INSERT_JOB, job_row(user_id, id, job, day))
    for mind in job.minds:
        await connection.execute(sql.INSERT_MIND, mind_row(user_id, id, mind, foreign=job.foreign))
    return JobStart(
        job_id=id,
        mind_ids=tuple(mind_id(id, mind.number) for mind in job.minds),
        status="queued",
        duplicate=False,
        budget=job.budget,
    )


def _check_tokens(needed: int, left: int, left_s: float) -> None:
    """Raise JobRefused if fewer tokens than needed are left. The day ends in `left_s` seconds."""
    if needed > left:
        raise JobRefused(
            f"This needs {needed} tokens, and {max(left, 0)} of today's are left.",
            retry_after_s=math.ceil(left_s),
        )


def _check_usd(used: float, most: float | None, left_s: float) -> None:
    """Raise JobRefused if the dollars of the day are used up."""
    if most is not None and used >= most:
        raise JobRefused(f"Today's {most:g} dollars are used up.", retry_after_s=math.ceil(left_s))


async def _check_open(connection: "Connection", named: dict[str, Any]) -> None:
    """Raise JobRefused if as many jobs of this user are open as may be."""
    found = await (await connection.execute(sql.OPEN_TITLES, named)).fetchall()
    if len(found) >= OPEN_MOST:
        titles = ", ".join(f"“{title}”" for (title,) in found)
        raise JobRefused(f"These jobs are still open: {titles}.", retry_after_s=FULL_S)
