"""What the store of jobs does while others hold a row, on a real Postgres."""

import asyncio
from dataclasses import replace
from typing import LiteralString

import psycopg

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
        waiting: LiteralString = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        )
        # Nothing tells that a lock is waited for; the starts give up after some seconds.
        while not both.done() and await one(watcher, waiting) != (2,):  # noqa: ASYNC110 - a lock
            await asyncio.sleep(0.02)
    made = await both
    assert sorted(type(each).__name__ for each in made) == ["JobRefused", "JobStart"]


async def end_one(kept: RealJobs, user_id: str) -> None:
    """Begin and end a job."""
    begun = await kept.jobs.start(user_id, new_job(1), daily_tokens=DAILY)
    await kept.jobs.settle(begun.mind_ids[0], DONE)
    await kept.jobs.file_report(user_id, begun.job_id, FILED)


async def one(connection: psycopg.AsyncConnection, query: LiteralString) -> object:
    return await (await connection.execute(query)).fetchone()
