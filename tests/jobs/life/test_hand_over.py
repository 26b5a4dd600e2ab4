"""Helpers and reporters that live longer than one invocation, on real stores."""

from collections.abc import Callable

import pytest

from brain.jobs.flow import start_job
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from tests.jobs.life.stage import Asked, JobStage, Script, call, done, filed
from tests.jobs.life.test_helpers import told

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]
SHORT_S = 3.0  # of an invocation; the reserve for the hand-over is a part of it


async def deliver_shortly(stage: JobStage) -> int:
    """Deliver all calls to invocations that are short. Return how many continued a run."""
    woken = 0
    while due := [what for what, delay_s in stage.queue.waiting if delay_s < 10]:
        stage.queue.waiting = [one for one in stage.queue.waiting if one[1] >= 10]
        for what in due:
            woken += isinstance(what, WakeCall)
            assert await stage.take(what, seconds=SHORT_S)
    return woken


async def test_a_helper_is_handed_over_from_one_invocation_to_the_next(
    make_stage: MakeStage,
) -> None:
    def script(asked: Asked) -> Answered:
        if asked.is_reporter:
            return filed()
        return done() if asked.number >= 4 else call("searchDocuments", query="hotel")

    stage = make_stage(script)
    stage.model.delay_s = 1.0
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    assert await deliver_shortly(stage) > 0
    job = await stage.job(start)
    assert (job.status, job.completed_count) == ("complete", 1)
    assert stage.model.counts() == {"Task 0.": 5}
    assert len(await told(stage)) == 1


async def test_a_reporter_is_handed_over_as_well(make_stage: MakeStage) -> None:
    headlines = ["Two of one is good.", "Nine of one.", "All of it."]

    def script(asked: Asked) -> Answered:
        stage.model.delay_s = 1.2
        return filed(headlines.pop(0)) if asked.is_reporter else done()

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    assert await deliver_shortly(stage) > 0
    job = await stage.job(start)
    assert job.report is not None
    assert (job.status, job.report["headline"], job.report_by) == (
        "complete",
        "All of it.",
        "model",
    )


async def test_a_wake_up_of_a_mind_that_is_settled_does_nothing(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    before = len(stage.model.asked)
    for mind_id in (start.mind_ids[0], f"mind:{start.job_id}:report", "mind:unknown:0"):
        run = await stage.services.runs.last(mind_id)
        run_id = run.run_id if run else "none"
        assert await stage.take(WakeCall(user_id=mind_id, run_id=run_id, reason="wakeup", wake=1))
    assert len(stage.model.asked) == before
