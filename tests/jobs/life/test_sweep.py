"""What the sweep does where calls were lost or processes died, on real stores."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from brain.jobs.flow import start_job, stop_job
from brain.jobs.life.outcomes import outcome_of
from brain.jobs.ports import Filed, JobRefused
from brain.run.journal import Answered
from tests.jobs.life.stage import Asked, JobStage, Script, call, filed
from tests.jobs.life.test_helpers import told

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]


def lost(stage: JobStage, what: str) -> None:
    """Lose what is on the queue with this in its name."""
    stage.queue.waiting = [one for one in stage.queue.waiting if what not in str(one[0])]


async def test_a_mind_whose_start_was_lost_begins_after_the_sweep(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(2))
    lost(stage, "'start'")
    await stage.sweep(start, after_s=61)
    assert (await stage.job(start)).status == "complete"
    assert len(await told(stage)) == 1


async def test_a_mind_that_died_between_its_row_and_its_log_begins(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    lost(stage, "'start'")
    await stage.services.jobs.begin(start.mind_ids[0])
    await stage.sweep(start, after_s=61)
    assert (await stage.job(start)).status == "complete"


async def test_a_mind_that_ended_in_its_log_but_not_in_its_row_is_settled(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    lost(stage, "'start'")
    mind = await stage.services.jobs.begin(start.mind_ids[0])
    assert mind is not None
    from brain.jobs.life.living import _say
    from brain.jobs.model import Say

    job = await stage.job(start)
    say = Say(text="Task 0.", message_id="start")
    await _say(stage.services, job, mind, say, stage.invocation())
    assert (await stage.minds(start))[0].status == "running"
    await stage.sweep(start, after_s=61)
    assert (await stage.job(start)).status == "complete"
    assert stage.model.counts() == {"Task 0.": 1}


async def test_a_mind_without_a_brain_is_continued_where_its_wake_ups_were_lost(
    stage: JobStage,
) -> None:
    stage.model.going.clear()
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    working = asyncio.ensure_future(stage.deliver())
    await stage.model.busy.wait()
    working.cancel()
    await asyncio.wait({working})
    stage.queue.waiting.clear()
    run = await stage.services.runs.last(start.mind_ids[0])
    assert run is not None
    assert run.is_open
    await asyncio.sleep(run.lease_left_s + 0.2)  # the real store's own time
    stage.model.going.set()
    await stage.sweep(start, after_s=61)
    assert (await stage.job(start)).status == "complete"


async def test_a_mind_beyond_its_wall_fails_with_what_it_had_found(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered:
        if asked.is_reporter:
            return filed()
        stage.model.going.clear()
        return call("noteResult", text="Half.")

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    working = asyncio.ensure_future(stage.deliver())
    while sum(stage.model.counts().values()) < 2:
        stage.model.busy.clear()
        await stage.model.busy.wait()
    await stage.sweep(start, after_s=15 * 60 + 1)
    stage.model.going.set()
    await working
    [mind] = await stage.minds(start)
    assert (mind.status, mind.ended_reason, mind.result) == ("failed", "time", "Half.")
    assert (await stage.job(start)).status == "failed"


async def test_a_lost_report_is_written_after_the_sweep_and_the_third_time_by_code(
    stage: JobStage,
) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    stage.queue.refusing = lambda name: "report" in name
    await stage.deliver()
    stage.queue.refusing = lambda name: False
    assert (await stage.job(start)).status == "summarising"
    for n in range(2):
        await stage_without_report(stage, start, n)
    job = await stage.job(start)
    assert (job.status, job.report_by) == ("complete", "code")
    assert len(await told(stage)) == 1


async def stage_without_report(stage: JobStage, start: object, n: int) -> None:
    """Sweep a minute later, and lose the call of the reporter."""
    from datetime import timedelta

    stage.wiring.late.ahead += timedelta(seconds=61)
    assert await stage.call(start, "sweep", n=n)  # type: ignore[arg-type]
    lost(stage, "'report'")
    await stage.deliver()


async def test_a_report_that_was_stored_and_not_announced_is_announced_once(
    stage: JobStage,
) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    lost(stage, "'start'")
    await stage.services.jobs.settle(
        start.mind_ids[0], outcome_of(await finished_run(stage, start.mind_ids[0]))
    )
    filed = Filed(report={"headline": "Stored.", "summary": ""}, by="model", foreign=False)
    await stage.services.jobs.file_report(stage.user, start.job_id, filed)
    for n in range(2):
        await stage.sweep(start, after_s=61, n=n)
    assert [n.text for n in await told(stage)] == ["Stored."]


async def finished_run(stage: JobStage, mind_id: str):  # type: ignore[no-untyped-def]
    """A run that ended with a whole result."""
    from brain.jobs.model import MindRun
    from brain.run.journal import Spent

    answer = Answered(text="Found.", calls=())
    spent = Spent(started_ms=0, loops=1)
    return MindRun(run_id="r", is_open=False, reason="", spent=spent, journal=(answer,))


async def test_a_stopped_job_without_report_gets_one_by_code(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(2))
    await stage.services.jobs.stop(stage.user, start.job_id)
    await stage.sweep(start, after_s=61)
    job = await stage.job(start)
    assert (job.status, job.report_by) == ("stopped", "code")
    assert len(await told(stage)) == 1


async def test_the_chain_of_sweeps_ends_with_the_job(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.sweep(start, after_s=61, n=0)
    await stage.deliver()
    assert (await stage.job(start)).finished_at is not None
    before = len(stage.queue.seen)
    await stage.sweep(start, after_s=61, n=1)
    assert len(stage.queue.seen) == before


async def test_an_open_job_without_sweeps_is_swept_when_another_start_is_refused(
    stage: JobStage,
) -> None:
    for _ in range(2):
        await stage.services.jobs.start(stage.user, stage.new_job(1), daily_tokens=2_000_000)
    stage.wiring.late.ahead += timedelta(minutes=10)
    with pytest.raises(JobRefused):
        await start_job(stage.services, stage.user, stage.new_job(1))
    assert sum("sweep" in name for name in stage.queue.seen) == 2


async def test_a_job_whose_start_died_is_swept_when_the_next_job_starts(stage: JobStage) -> None:
    left = await stage.services.jobs.start(stage.user, stage.new_job(1), daily_tokens=2_000_000)
    stage.wiring.late.ahead += timedelta(minutes=10)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    swept = {name.partition("-")[0] for name in stage.queue.seen if "sweep" in name}
    assert swept == {start.job_id, left.job_id}


async def test_a_job_that_works_gets_no_second_chain_of_sweeps(stage: JobStage) -> None:
    working = await stage.services.jobs.start(stage.user, stage.new_job(1), daily_tokens=2_000_000)
    await stage.services.jobs.begin(working.mind_ids[0])
    stage.wiring.late.ahead += timedelta(minutes=10)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    swept = {name.partition("-")[0] for name in stage.queue.seen if "sweep" in name}
    assert swept == {start.job_id}


async def test_old_jobs_are_tidied_with_the_first_sweep(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    await stop_job(stage.services, stage.user, start.job_id)
    assert await stage.services.jobs.outdated(stage.user) == []
