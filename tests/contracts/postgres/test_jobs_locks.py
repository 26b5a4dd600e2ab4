"""What the store of jobs does while others hold a row, on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
import pytest
from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.jobs.ports import JobStore
from brain.jobs.stored.postgres import PostgresJobs
from tests.contracts.postgres.jobs_stage import DAILY, DONE, FILED, RealJobs, new_job


async def test_starts_wait_for_the_row_of_the_day_before_they_look_at_it(
    real_jobs: RealJobs, anna: str, url: str
) -> None:
    await end_one(real_jobs, anna)  # the row is there
    connect = psycopg.AsyncConnection.connect
    async with await connect(url) as holder, await connect(url, autocommit=True) as watcher:
        await holder.execute("select 1 from brain.spending where user_id = %s for update", [anna])
        big = replace(new_job(), budget=1_200_000)
        both = asyncio.gather(
            *(
                each.start(anna, big, daily_tokens=DAILY)
                for each in (real_jobs.jobs, real_jobs.others)
            ),
            return_exceptions=True,
        )
        await until_both_wait(watcher, both)
    made = await both
    assert sorted(type(each).__name__ for each in made) == ["JobRefused", "JobStart"]


async def test_starts_on_both_sides_of_midnight_do_not_open_a_third_job(
    real_jobs: RealJobs, tomorrow: JobStore, anna: str, url: str
) -> None:
    await real_jobs.jobs.start(anna, new_job(1), daily_tokens=DAILY)
    connect = psycopg.AsyncConnection.connect
    async with await connect(url) as holder, await connect(url, autocommit=True) as watcher:
        await holder.execute("lock table brain.jobs in share mode")  # they may look, and not insert
        both = asyncio.gather(
            *(
                each.start(anna, new_job(1), daily_tokens=DAILY)
                for each in (real_jobs.jobs, tomorrow)
            ),
            return_exceptions=True,
        )
        await until_both_wait(watcher, both)
    made = await both
    assert sorted(type(each).__name__ for each in made) == ["JobRefused", "JobStart"]
    assert len(await tomorrow.recent(anna, limit=9, is_open=True)) == 2


@pytest.fixture
async def tomorrow(url: str) -> AsyncIterator[JobStore]:
    """The store of jobs as it is a day later: for its connection `now` is another function."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("create schema if not exists tomorrow")
        await connection.execute(
            "create or replace function tomorrow.now() returns timestamptz language sql stable"
            " as $$ select pg_catalog.now() + interval '1 day' $$"
        )
    options = quote("-csearch_path=tomorrow,pg_catalog")
    database = Postgres(f"{url}{'&' if '?' in url else '?'}options={options}")
    yield PostgresJobs(database)
    await database.close()


async def until_both_wait(watcher: psycopg.AsyncConnection, both: asyncio.Future[Any]) -> None:
    """Wait until two transactions wait for a lock, or both are done: they give up after a while."""
    waiting: LiteralString = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    while not both.done() and await one(watcher, waiting) != (2,):  # noqa: ASYNC110 - nothing tells that a lock is waited for
        await asyncio.sleep(0.02)


async def end_one(kept: RealJobs, user_id: str) -> None:
    """Begin and end a job."""
    begun = await kept.jobs.start(user_id, new_job(1), daily_tokens=DAILY)
    await kept.jobs.settle(begun.mind_ids[0], DONE)
    await kept.jobs.file_report(user_id, begun.job_id, FILED)


async def one(connection: psycopg.AsyncConnection, query: LiteralString) -> object:
    return await (await connection.execute(query)).fetchone()
