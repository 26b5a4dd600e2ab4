"""One budget of dollars for a user's own brain and their jobs: BRAIN_DAILY_USD."""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from msgspec.structs import replace

from brain.jobs.flow import start_job, stop_job
from brain.jobs.ports import JobRefused
from brain.run.journal import Answered
from tests.jobs.life.stage import Asked, JobStage, call, done, filed

pytestmark = pytest.mark.asyncio(loop_scope="package")

type Make = Callable[..., JobStage]


def searching(asked: Asked) -> Answered:
    """A helper that never ends by itself; each answer costs a dollar."""
    if asked.is_reporter:
        return replace(filed(), usd=1.0)
    return replace(call("searchDocuments", query=f"again {asked.number}"), usd=1.0)


async def spent(stage: JobStage) -> list[tuple[float, int]]:
    """What is in the rows of the user's days: the dollars, and what is reserved."""
    async with await psycopg.AsyncConnection.connect(stage.env["DATABASE_URL"]) as connection:
        sql = "select usd, reserved from brain.spending where user_id = %s"
        found = await connection.execute(sql, [stage.user])
        return [(usd, reserved) for usd, reserved in await found.fetchall()]


async def test_jobs_end_when_the_dollars_of_the_day_are_used_up(make_stage: Make) -> None:
    stage = make_stage(searching, BRAIN_DAILY_USD="3")
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    job, [mind] = await stage.job(start), await stage.minds(start)
    assert (job.status, mind.ended_reason) == ("failed", "tokens")
    assert job.report_by == "code"
    assert len(stage.model.asked) == 3
    assert (mind.usd, job.usd) == (Decimal(3), Decimal(3))
    assert await spent(stage) == [(3.0, 0)]
    with pytest.raises(JobRefused, match="3 dollars are used up"):
        await start_job(stage.services, stage.user, stage.new_job(1))


async def test_what_the_users_own_brain_has_cost_counts_too(make_stage: Make) -> None:
    stage = make_stage(searching, BRAIN_DAILY_USD="3")
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    async with await psycopg.AsyncConnection.connect(stage.env["DATABASE_URL"]) as connection:
        sql = "update brain.spending set usd = 2.5 where user_id = %s"
        await connection.execute(sql, [stage.user])
    await stage.deliver()
    assert len(stage.model.asked) == 1
    assert (await stage.minds(start))[0].ended_reason == "tokens"


async def test_all_minds_of_all_jobs_share_the_dollars(make_stage: Make) -> None:
    stage = make_stage(searching, BRAIN_DAILY_USD="4")
    starts = [await start_job(stage.services, stage.user, stage.new_job(1)) for _ in range(2)]
    await stage.deliver()
    # Two work at once: one may be asked while the other one's last answer is on its way.
    assert 4 <= len(stage.model.asked) <= 5
    minds = [mind for start in starts for mind in await stage.minds(start)]
    assert [mind.ended_reason for mind in minds] == ["tokens", "tokens"]


async def test_the_report_costs_too(make_stage: Make) -> None:
    def script(asked: Asked) -> Answered:
        return searching(asked) if asked.is_reporter else replace(done(), usd=0.25)

    stage = make_stage(script)
    await start_job(stage.services, stage.user, stage.new_job(2))
    await stage.deliver()
    assert await spent(stage) == [(1.5, 0)]


async def test_without_a_budget_jobs_go_on_to_their_tokens(make_stage: Make) -> None:
    stage = make_stage(searching)
    start = await start_job(stage.services, stage.user, stage.new_job(1, budget=200))
    await stage.deliver()
    assert (await stage.minds(start))[0].ended_reason == "tokens"
    assert len(stage.model.asked) > 4
    assert await stop_job(stage.services, stage.user, start.job_id) is not None
