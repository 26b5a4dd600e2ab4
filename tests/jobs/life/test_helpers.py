"""Helpers from the start to the report, on real stores."""

import asyncio
from collections.abc import Callable

import pytest

from brain.documents.postgres import PostgresDocuments
from brain.errors import QueueUnreachable
from brain.jobs.flow import job_state, start_job
from brain.jobs.ports import JobRefused
from brain.run.journal import Answered
from brain.run.messages import Message, Speak
from tests.jobs.life.stage import REFUSED, Asked, JobStage, Script, call, done, filed

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]


async def told(stage: JobStage) -> list[Message]:
    """What the user is told in all, once they are present."""
    await stage.wiring.store.here(stage.user)
    await stage.wiring.wake(stage.user)
    return await stage.notifications()


async def test_three_helpers_finish_and_the_user_is_told_once(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job())
    await stage.deliver()
    job = await stage.job(start)
    assert (job.status, job.completed_count, job.failed_count) == ("complete", 3, 0)
    assert job.report_by == "model"
    assert job.finished_at is not None
    [notified] = await told(stage)
    assert notified.text == "Headline X."
    assert notified.speak is Speak.WHEN_IDLE
    assert not notified.foreign
    assert stage.model.counts() == {"Task 0.": 1, "Task 1.": 1, "Task 2.": 1}


async def test_the_report_is_a_document_that_holds_what_was_filed(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job())
    await stage.deliver()
    job = await stage.job(start)
    assert stage.wiring.database is not None
    documents = PostgresDocuments(stage.wiring.database)
    document = await documents.read(stage.user, job.document_id or "")
    assert document is not None
    assert "Headline X." in document.body
    assert "All of it." in document.body


async def test_the_reporter_is_shown_all_results_between_marks(stage: JobStage) -> None:
    await start_job(stage.services, stage.user, stage.new_job())
    await stage.deliver()
    [asked] = [one for one in stage.model.asked if one.is_reporter]
    assert asked.tools == ["fileReport"]
    for n in range(3):
        assert f"<<<\nResult of Task {n}.\n>>>" in asked.texts[-1]


async def test_a_helper_is_offered_nothing_that_speaks_asks_sends_or_sends_helpers(
    stage: JobStage,
) -> None:
    await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    assert set(stage.model.asked[0].tools) == {
        "searchDocuments",
        "readDocument",
        "searchHistory",
        "recall",
        "readWebPage",
        "noteResult",
        "noteProgress",
        "finish",
    }


async def test_a_helpers_tools_work_for_its_owner(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed()
        if asked.number == 0:
            return call("searchDocuments", query="breakfast")
        return done(asked.texts[-1])

    stage = make_stage(script)
    assert stage.wiring.database is not None
    documents = PostgresDocuments(stage.wiring.database)
    await documents.create(
        stage.user, title="Grand", body="No breakfast.", foreign=False, key="key"
    )
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert "No breakfast" in (mind.result or "")


async def test_foreign_text_taints_the_result_the_report_and_the_notification(
    make_stage: MakeStage,
) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed()
        return call("searchDocuments", query="breakfast") if asked.number == 0 else done()

    stage = make_stage(script)
    assert stage.wiring.database is not None
    documents = PostgresDocuments(stage.wiring.database)
    made = await documents.create(
        stage.user, title="Grand", body="No breakfast.", foreign=True, key="key"
    )
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    job, [mind] = await stage.job(start), await stage.minds(start)
    assert mind.foreign
    assert job.foreign
    document = await documents.read(stage.user, job.document_id or "")
    assert document is not None
    assert document.id != made.id
    assert document.foreign
    [notified] = await told(stage)
    assert notified.foreign


async def test_a_brief_by_a_run_that_read_others_text_makes_all_foreign(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(1, foreign=True))
    await stage.deliver()
    assert (await stage.job(start)).foreign
    assert (await stage.minds(start))[0].foreign


async def test_failures_do_not_sink_the_rest_and_are_named(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed()
        if asked.task == "Task 0.":
            return REFUSED
        if asked.task == "Task 1.":
            return call("searchDocuments", tokens=1_000, query=f"again {asked.number}")
        return done()

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(budget=15_000))
    await stage.deliver()
    job, minds = await stage.job(start), await stage.minds(start)
    assert (job.status, job.completed_count, job.failed_count) == ("complete", 1, 2)
    assert [mind.ended_reason for mind in minds] == ["model", "tokens", "done"]
    assert job.report is not None
    assert job.report["missing"] == [
        {"n": 0, "label": "Hotel 0", "reason": "model"},
        {"n": 1, "label": "Hotel 1", "reason": "tokens"},
    ]
    assert stage.model.counts()["Task 1."] <= 6
    assert minds[1].tokens_in + minds[1].tokens_out <= 6_000


async def test_a_job_of_which_nothing_was_done_is_told_as_failed_without_a_model_call(
    make_stage: MakeStage,
) -> None:
    stage = make_stage(lambda asked: REFUSED)
    start = await start_job(stage.services, stage.user, stage.new_job(2))
    await stage.deliver()
    job = await stage.job(start)
    assert (job.status, job.report_by, job.document_id) == ("failed", "code", None)
    assert [notified.text for notified in await told(stage)] == ["Three hotels: all 2 failed."]
    assert not any(asked.is_reporter for asked in stage.model.asked)


@pytest.mark.parametrize(
    ("answers", "status", "reason", "result"),
    [
        ([done("All.")], "complete", "done", "All."),
        ([done("Half.", complete=False)], "failed", "gaveUp", "Half."),
        ([call("noteResult", text="Half."), REFUSED], "failed", "model", "Half."),
    ],
)
async def test_cut_off_is_not_done_and_what_there_was_is_kept(
    make_stage: MakeStage,
    answers: list[Answered | BaseException],
    status: str,
    reason: str,
    result: str,
) -> None:
    stage = make_stage(lambda asked: filed() if asked.is_reporter else answers[asked.number])
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert (mind.status, mind.ended_reason, mind.result) == (status, reason, result)


async def test_plain_text_is_a_whole_result(make_stage: MakeStage) -> None:
    stage = make_stage(
        lambda asked: filed() if asked.is_reporter else Answered(text="All of it.", calls=())
    )
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert (mind.status, mind.result) == ("complete", "All of it.")


async def test_a_finish_without_its_arguments_is_asked_for_again(make_stage: MakeStage) -> None:
    answers = [call("finish", complete=True), done("All.")]
    stage = make_stage(lambda asked: filed() if asked.is_reporter else answers[asked.number])
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert (mind.status, mind.result) == ("complete", "All.")
    assert "sayToUserAndQuit" not in str(stage.model.asked[1].prompt.messages)


async def test_everything_delivered_twice_at_once_happens_once(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job())
    await stage.deliver(twice=True)
    job = await stage.job(start)
    assert (job.status, job.completed_count) == ("complete", 3)
    assert sum(stage.model.counts().values()) == 3
    assert sum(asked.is_reporter for asked in stage.model.asked) == 1
    assert len(await told(stage)) == 1


async def test_a_start_with_the_same_key_is_the_same_job_and_asks_no_model_twice(
    stage: JobStage,
) -> None:
    new = stage.new_job(1, key="key-key-key")
    first = await start_job(stage.services, stage.user, new)
    await stage.deliver()
    again = await start_job(stage.services, stage.user, new)
    await stage.deliver()
    assert (again.job_id, again.duplicate) == (first.job_id, True)
    assert stage.model.counts() == {"Task 0.": 1}


async def test_a_start_is_not_accepted_before_its_sweep_is_on_the_queue(stage: JobStage) -> None:
    stage.queue.refusing = lambda name: "sweep" in name
    new = stage.new_job(1, key="key-key-key")
    with pytest.raises(QueueUnreachable):
        await start_job(stage.services, stage.user, new)
    stage.queue.refusing = lambda name: False
    start = await start_job(stage.services, stage.user, new)
    await stage.deliver()
    assert (await stage.job(start)).status == "complete"


async def test_a_refused_start_publishes_nothing(stage: JobStage) -> None:
    new = stage.new_job(1, budget=2_000_001)
    with pytest.raises(JobRefused):
        await start_job(stage.services, stage.user, new)
    assert stage.queue.waiting == []


async def test_the_pages_hear_of_the_changes(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(2))
    await stage.deliver()
    told = [d for user, event, d in stage.wiring.test_channel.events if event == "job"]
    assert [one["status"] for one in told][-1] == "complete"
    assert told[-1]["eventSequence"] == (await stage.job(start)).event_sequence
    assert {(one["completed"], one["failed"]) for one in told} == {(0, 0), (1, 0), (2, 0)}


async def test_the_state_names_what_runs(stage: JobStage) -> None:
    stage.model.going.clear()
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    working = asyncio.ensure_future(stage.deliver())
    await stage.model.busy.wait()
    state = await job_state(stage.services, stage.user, start.job_id)
    assert state is not None
    assert state.now[start.mind_ids[0]].state == "running"
    stage.model.going.set()
    await working
    assert await job_state(stage.services, "stranger", start.job_id) is None


async def test_each_helper_is_told_by_itself_and_no_joined_headline(stage: JobStage) -> None:
    start = await start_job(stage.services, stage.user, stage.new_job(2, join_mode="each"))
    await stage.deliver()
    job = await stage.job(start)
    assert (job.status, job.report_by) == ("complete", "model")
    texts = " ".join(notified.text for notified in await told(stage))
    assert "Headline X." not in texts
    assert job.report is not None
    assert job.report["headline"] == "Headline X."


async def test_a_false_count_in_the_headline_is_sent_back(make_stage: MakeStage) -> None:
    headlines = ["Three of three are good.", "Two of three are good."]

    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed(headlines.pop(0))
        return REFUSED if asked.task == "Task 0." else done()

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(3))
    await stage.deliver()
    report = (await stage.job(start)).report
    assert report is not None
    assert report["headline"] == "Two of three are good."


async def test_a_reporter_that_fails_twice_is_replaced_by_code(make_stage: MakeStage) -> None:
    stage = make_stage(lambda asked: REFUSED if asked.is_reporter else done("Found it."))
    start = await start_job(stage.services, stage.user, stage.new_job(2))
    await stage.deliver()
    job = await stage.job(start)
    assert (job.status, job.report_by) == ("complete", "code")
    assert sum(asked.is_reporter for asked in stage.model.asked) == 2
    assert [n.text for n in await told(stage)] == ["Three hotels: 2 of 2 done."]


@pytest.mark.parametrize("tokens", [400, 800, 1_000, 1_600])
async def test_all_attempts_at_a_report_share_its_tokens(
    make_stage: MakeStage, tokens: int
) -> None:
    """Of 30,000 tokens the report may use 1,500, and one call more."""
    asks: list[Asked] = []

    def script(asked: Asked) -> Answered | BaseException:
        if not asked.is_reporter:
            return done()
        asks.append(asked)
        false = call("fileReport", tokens, headline="Two of one are good.", summary="")
        return REFUSED if len(asks) == 2 else false  # which ends the first attempt

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    job, [mind] = await stage.job(start), await stage.minds(start)
    used = job.tokens_in + job.tokens_out - mind.tokens_in - mind.tokens_out
    assert job.report_by == "code"
    assert tokens <= used < 1_500 + tokens
