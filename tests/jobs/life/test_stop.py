"""Stopping and steering helpers, on real stores."""

import asyncio
from collections.abc import Callable

import pytest

from brain.jobs.flow import delete_job, pause_job, say_to_job, say_to_mind, start_job, stop_job
from brain.jobs.model import JobStart
from brain.run.journal import Answered
from tests.jobs.life.stage import Asked, JobStage, Script, call, done, filed
from tests.jobs.life.test_helpers import told

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]


async def at_work(stage: JobStage, minds: int = 3) -> tuple[JobStart, asyncio.Future[None]]:
    """A job whose helpers all wait for their model, and the delivery that works on them."""
    stage.model.going.clear()
    start = await start_job(stage.services, stage.user, stage.new_job(minds))
    working = asyncio.ensure_future(stage.deliver())
    while sum(stage.model.counts().values()) < minds:
        stage.model.busy.clear()
        await stage.model.busy.wait()
    return start, working


async def test_a_stop_says_what_it_stopped_and_nothing_goes_on(stage: JobStage) -> None:
    start, working = await at_work(stage)
    stopped = await stop_job(stage.services, stage.user, start.job_id)
    assert stopped is not None
    assert (stopped.stopped, stopped.finished, stopped.status) == ((0, 1, 2), (), "stopped")
    stage.model.going.set()
    await working
    minds = await stage.minds(start)
    assert {(mind.status, mind.ended_reason) for mind in minds} == {("stopped", "stopped")}
    assert stage.model.counts() == {"Task 0.": 1, "Task 1.": 1, "Task 2.": 1}


async def test_a_late_start_finds_a_stopped_mind_and_does_nothing(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job())
    stopped = await stop_job(stage.services, stage.user, start.job_id)
    assert stopped is not None
    await stage.deliver(twice=True)
    for n in range(3):
        assert await stage.call(start, "start", n, 1)
        assert await stage.call(start, "say", n)
    assert await stage.call(start, "report", "report")
    assert stage.model.asked == []


async def test_a_stop_is_told_once_and_by_code(stage: JobStage) -> None:
    start, working = await at_work(stage)
    await stop_job(stage.services, stage.user, start.job_id)
    again = await stop_job(stage.services, stage.user, start.job_id)
    assert again is not None
    assert (again.stopped, again.status) == ((), "stopped")
    stage.model.going.set()
    await working
    job = await stage.job(start)
    assert (job.status, job.report_by, job.document_id) == ("stopped", "code", None)
    assert job.finished_at is not None
    assert [n.text for n in await told(stage)] == ["Stopped: Three hotels, after 0 of 3."]


async def test_a_stop_says_how_far_the_only_helper_was(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered:
        stage.model.going.clear()
        return call("noteProgress", text="7 of 12 pages", share=0.6)

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1, title="the hotels"))
    working = asyncio.ensure_future(stage.deliver())
    while sum(stage.model.counts().values()) < 2:
        stage.model.busy.clear()
        await stage.model.busy.wait()
    await stop_job(stage.services, stage.user, start.job_id)
    stage.model.going.set()
    await working
    assert [n.text for n in await told(stage)] == ["Stopped: the hotels, after 7 of 12 pages."]


async def test_one_helper_is_stopped_and_the_report_comes_of_the_others(stage: JobStage) -> None:
    start, working = await at_work(stage)
    stopped = await stop_job(stage.services, stage.user, start.job_id, number=1)
    assert stopped is not None
    assert stopped.stopped == (1,)
    stage.model.going.set()
    await working
    job, minds = await stage.job(start), await stage.minds(start)
    assert (job.status, job.completed_count, job.failed_count) == ("complete", 2, 1)
    assert minds[1].ended_reason == "stopped"
    assert [n.text for n in await told(stage)] == ["Headline X."]


async def test_a_mind_that_begins_while_it_is_stopped_asks_no_model(stage: JobStage) -> None:
    """The stop comes between the mind's row and its lease."""
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    [mind_id] = start.mind_ids
    mind = await stage.services.jobs.begin(mind_id)
    assert mind is not None
    await stop_job(stage.services, stage.user, start.job_id)
    from brain.jobs.life.living import _say  # what the begun invocation does next
    from brain.jobs.model import Say

    job = await stage.job(start)
    say = Say(text="Task 0.", message_id="start")
    await _say(stage.services, job, mind, say, stage.invocation())
    assert stage.model.asked == []
    run = await stage.services.runs.last(mind_id)
    assert run is not None
    assert (run.is_open, run.reason) == (False, "stopped")


async def test_a_stranger_stops_steers_and_deletes_nothing(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    services, [mind_id] = stage.services, start.mind_ids
    assert await stop_job(services, "stranger", start.job_id) is None
    assert await say_to_mind(services, "stranger", mind_id, "Hi.", message_id="m") is None
    assert await say_to_job(services, "stranger", start.job_id, "Hi.", message_id="m") is None
    assert await pause_job(services, "stranger", start.job_id, is_paused=True) is None
    assert await delete_job(services, "stranger", start.job_id) is None


async def test_jobs_of_helpers_are_not_paused(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    assert await pause_job(stage.services, stage.user, start.job_id, is_paused=True) == "never"


# ---- steering


def steered(asked: Asked) -> Answered:
    if asked.is_reporter:
        return filed()
    return done() if asked.number >= 2 else call("searchDocuments", query="hotel")


async def test_a_text_joins_at_the_next_loop_once(make_stage: MakeStage) -> None:
    stage = make_stage(steered)
    start, working = await at_work(stage, 1)
    [mind_id] = start.mind_ids
    for _ in range(2):
        said = await say_to_mind(
            stage.services, stage.user, mind_id, "Breakfast too.", message_id="text-one"
        )
        assert said == "recorded"
    stage.model.going.set()
    await working
    last = stage.model.asked[-2]
    assert not last.is_reporter
    assert sum(text.startswith("Breakfast too.") for text in last.texts) == 1
    assert (await stage.job(start)).status == "complete"


async def test_a_text_to_a_queued_helper_comes_after_its_task(make_stage: MakeStage) -> None:
    stage = make_stage(steered)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    [mind_id] = start.mind_ids
    said = await say_to_mind(
        stage.services, stage.user, mind_id, "Breakfast too.", message_id="text-one"
    )
    assert said == "recorded"
    await stage.deliver()
    assert (await stage.job(start)).status == "complete"
    users = [m["content"] for m in stage.model.asked[-2].prompt.messages if m["role"] == "user"]
    assert [text.split("\n")[0] for text in users] == ["Task 0.", "Breakfast too."]


async def test_a_text_while_the_helper_finishes_is_answered_too(make_stage: MakeStage) -> None:
    results = [done("Rooms."), done("Rooms and breakfast.")]
    stage = make_stage(lambda asked: filed() if asked.is_reporter else results[asked.number])
    start, working = await at_work(stage, 1)
    [mind_id] = start.mind_ids
    await say_to_mind(stage.services, stage.user, mind_id, "Breakfast too.", message_id="text-one")
    stage.model.going.set()
    await working
    [mind] = await stage.minds(start)
    assert mind.result == "Rooms and breakfast."


async def test_nothing_is_said_to_a_helper_that_has_ended(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    said = await say_to_mind(
        stage.services, stage.user, start.mind_ids[0], "Late.", message_id="text-one"
    )
    assert said == "ended"
    assert await say_to_job(stage.services, stage.user, start.job_id, "Late.", message_id="m") == (
        "ended"
    )


async def test_an_ended_job_is_deleted_with_the_logs_of_its_minds(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    assert await delete_job(stage.services, stage.user, start.job_id) == "open"
    await stage.deliver()
    assert await delete_job(stage.services, stage.user, start.job_id) == "deleted"
    assert await stage.services.runs.last(start.mind_ids[0]) is None
    assert await delete_job(stage.services, stage.user, start.job_id) is None
