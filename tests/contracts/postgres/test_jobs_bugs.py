"""The contract of the store of jobs notices bugs in its statements."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from brain.cloud.postgres.database import Postgres
from brain.jobs.ports import JobRefused, JobStore
from tests.chaos.bugs.mutant import Change, change
from tests.chaos.jobs.mutants import STORED, copies_of
from tests.contracts.postgres import test_jobs, test_jobs_ended
from tests.contracts.postgres.jobs_stage import RealJobs

STATEMENTS = "brain/jobs/stored/statements.py"
STARTING = "brain/jobs/stored/starting.py"

type Check = Callable[[JobStore, JobStore, str, RealJobs], Awaitable[None]]


async def settles_once(jobs: JobStore, others: JobStore, user: str, kept: RealJobs) -> None:
    await test_jobs.test_a_mind_is_settled_once_and_counted_once(jobs, others, user)


async def does_not_begin(jobs: JobStore, others: JobStore, user: str, kept: RealJobs) -> None:
    await test_jobs.test_what_was_queued_does_not_begin_after_a_stop(jobs, user)


async def reports_once(jobs: JobStore, others: JobStore, user: str, kept: RealJobs) -> None:
    await test_jobs_ended.test_a_report_ends_the_job_once_with_a_document(jobs, user, kept)


async def reserves_once(jobs: JobStore, others: JobStore, user: str, kept: RealJobs) -> None:
    """Two starts at once, on a day that has a row."""
    await test_jobs.ended(jobs, user)
    await others.recent(user, limit=1)  # it has its connection
    starts = (test_jobs.start(each, user, budget=1_200_000) for each in (jobs, others))
    made = await asyncio.gather(*starts, return_exceptions=True)
    assert sum(isinstance(one, JobRefused) for one in made) == 1


BUGS: dict[str, tuple[Check, *tuple[Change, ...]]] = {
    "a mind is settled whatever its status": (
        settles_once,
        change(
            STATEMENTS,
            "now()\n    where id = %(id)s and status in ('queued', 'running', 'paused')",
            "now()\n    where id = %(id)s",
        ),
    ),
    "a mind begins whatever its status": (
        does_not_begin,
        change(STATEMENTS, "where id = %(id)s and status = 'queued'", "where id = %(id)s"),
    ),
    "a report replaces another": (
        reports_once,
        change(
            STATEMENTS,
            "and report is null\n        and status in ('summarising', 'stopped')",
            "",
        ),
    ),
    "the day's tokens are read without a lock": (
        reserves_once,
        change(
            STATEMENTS,
            "    limit 1\n    for update",
            "    limit 1 offset (case when pg_sleep(0.3) is null then 0 else 0 end)",
        ),
        change(STARTING, "select pg_advisory_xact_lock(hashtext", "select (hashtext"),
    ),
}


@pytest.mark.parametrize("name", BUGS)
async def test_what_is_checked_holds_without_the_bug(
    name: str, real_jobs: RealJobs, anna: str
) -> None:
    await BUGS[name][0](real_jobs.jobs, real_jobs.others, anna, real_jobs)


@pytest.mark.parametrize("name", BUGS)
async def test_a_deliberate_bug_in_a_statement_is_noticed(
    name: str, real_jobs: RealJobs, url: str, anna: str
) -> None:
    check, *bugs = BUGS[name]
    databases = (Postgres(url), Postgres(url))
    with copies_of(STORED, bugs) as copies:
        store = copies["brain.jobs.stored.postgres"].PostgresJobs
        with pytest.raises((AssertionError, ValueError)):
            await check(store(databases[0]), store(databases[1]), anna, real_jobs)
    for database in databases:
        await database.close()
