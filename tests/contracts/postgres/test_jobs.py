"""One contract for the jobs in Postgres and in memory."""

import asyncio
from decimal import Decimal

import pytest
from msgspec.structs import replace

from brain.jobs.model import JobStart, MindOutcome
from brain.jobs.ports import JobRefused, JobStore
from tests.contracts.postgres.jobs_stage import DAILY, DONE, FAILED, FILED, KeptJobs, new_job


async def start(jobs: JobStore, user_id: str, minds: int = 3, **given: object) -> JobStart:
    job = replace(new_job(minds), **given)
    return await jobs.start(user_id, job, daily_tokens=DAILY)


async def ended(jobs: JobStore, user_id: str, outcome: MindOutcome = DONE) -> str:
    """The id of a job that has its report, and that the user was told about."""
    job = await start(jobs, user_id, 1)
    await jobs.settle(job.mind_ids[0], outcome)
    await jobs.file_report(user_id, job.job_id, FILED)
    await jobs.finish(user_id, job.job_id)
    return job.job_id


# ---- start


async def test_a_start_stores_the_job_and_its_minds(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    job = await jobs.job(anna, begun.job_id)
    minds = await jobs.minds(anna, begun.job_id)
    assert job is not None
    assert (job.status, job.total_count, job.request) == ("queued", 3, {"tasks": 3})
    assert [mind.id for mind in minds] == list(begun.mind_ids)
    assert [mind.brief for mind in minds] == [f"Look at hotel {n}." for n in range(3)]
    assert await jobs.whole(anna, begun.job_id) == (job, minds)


async def test_the_same_key_thrice_at_once_is_one_job(
    jobs: JobStore, others: JobStore, anna: str
) -> None:
    made = await asyncio.gather(
        *(start(each, anna, key="key-key-key") for each in (jobs, others, jobs))
    )
    assert len({one.job_id for one in made}) == 1
    assert sorted(one.duplicate for one in made) == [False, True, True]
    assert len(await jobs.recent(anna, limit=9)) == 1


async def test_the_same_key_with_other_tasks_changes_nothing(jobs: JobStore, anna: str) -> None:
    first = await start(jobs, anna, key="key-key-key")
    again = await start(jobs, anna, 1, key="key-key-key", budget=5)
    assert (again.job_id, again.mind_ids, again.budget) == (
        first.job_id,
        first.mind_ids,
        first.budget,
    )


async def test_the_same_key_of_somebody_else_is_another_job(
    jobs: JobStore, anna: str, ben: str
) -> None:
    hers = await start(jobs, anna, key="key-key-key")
    his = await start(jobs, ben, key="key-key-key")
    assert hers.job_id != his.job_id


async def test_a_third_open_job_is_refused_and_the_open_ones_are_named(
    jobs: JobStore, anna: str
) -> None:
    await start(jobs, anna, title="Hotels")
    await start(jobs, anna, title="Trains")
    with pytest.raises(JobRefused, match=r"“Hotels”, “Trains”") as refused:
        await start(jobs, anna)
    assert refused.value.retry_after_s == 30


async def test_two_starts_at_once_do_not_share_the_same_tokens(
    jobs: JobStore, others: JobStore, anna: str, kept: KeptJobs
) -> None:
    made = await asyncio.gather(
        *(start(each, anna, budget=1_200_000) for each in (jobs, others)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in made) == ["JobRefused", "JobStart"]
    [refused] = [one for one in made if isinstance(one, JobRefused)]
    assert 0 < refused.retry_after_s <= 24 * 3600
    assert await kept.spending(anna) == (1_200_000, 0)


async def test_what_was_used_counts_for_the_rest_of_the_day(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    used = replace(DONE, tokens_in=1_900_000, tokens_out=100_000)
    await ended(jobs, anna, used)
    assert await kept.spending(anna) == (0, 2_000_000)
    with pytest.raises(JobRefused):
        await start(jobs, anna)


# ---- the life of a mind


async def test_a_mind_begins_once(jobs: JobStore, others: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    both = await asyncio.gather(*(each.begin(begun.mind_ids[1]) for each in (jobs, others)))
    assert sorted(one is None for one in both) == [False, True]
    job = await jobs.job(anna, begun.job_id)
    assert job is not None
    assert job.status == "running"
    assert job.started_at is not None


async def test_a_mind_is_settled_once_and_counted_once(
    jobs: JobStore, others: JobStore, anna: str
) -> None:
    begun = await start(jobs, anna)
    await jobs.begin(begun.mind_ids[0])
    made = await asyncio.gather(
        jobs.settle(begun.mind_ids[0], DONE), others.settle(begun.mind_ids[0], FAILED)
    )
    assert sum(one is not None for one in made) == 1
    job = await jobs.job(anna, begun.job_id)
    assert job is not None
    assert job.completed_count + job.failed_count == 1


@pytest.mark.parametrize("status", ["failed", "stopped", "invalid"])
async def test_whatever_is_not_complete_counts_as_failed(
    jobs: JobStore, anna: str, status: str
) -> None:
    begun = await start(jobs, anna, 2)
    outcome = replace(FAILED, status=status)
    counted = await jobs.settle(begun.mind_ids[0], outcome)
    assert counted is not None
    assert not counted.is_last
    assert (counted.job.completed_count, counted.job.failed_count) == (0, 1)


async def test_only_the_last_outcome_says_that_it_is_the_last(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    counted = [await jobs.settle(id, DONE) for id in begun.mind_ids]
    assert [one is not None and one.is_last for one in counted] == [False, False, True]
    assert counted[-1] is not None
    assert counted[-1].job.status == "summarising"
    assert counted[-1].job.tokens_in + counted[-1].job.tokens_out == 3_000


async def test_all_outcomes_at_once_are_all_counted(
    jobs: JobStore, others: JobStore, anna: str
) -> None:
    begun = await start(jobs, anna, 10)
    stores = [jobs, others] * 10
    ids = [id for id in begun.mind_ids for _ in range(2)]
    made = await asyncio.gather(
        *(store.settle(id, DONE) for store, id in zip(stores, ids, strict=True))
    )
    assert sum(one is not None and one.is_last for one in made) == 1
    job = await jobs.job(anna, begun.job_id)
    assert job is not None
    assert (job.completed_count, job.status) == (10, "summarising")


async def test_each_change_has_a_higher_event_sequence(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    seen = []
    for change in (
        lambda: jobs.begin(begun.mind_ids[0]),
        lambda: jobs.settle(begun.mind_ids[0], DONE),
        lambda: jobs.file_report(anna, begun.job_id, FILED),
        lambda: jobs.finish(anna, begun.job_id),
    ):
        await change()
        job = await jobs.job(anna, begun.job_id)
        seen.append(job.event_sequence if job else -1)
    assert seen == [1, 2, 3, 4]


async def test_a_noted_result_and_its_foreign_text_outlive_a_cut(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.begin(begun.mind_ids[0])
    await jobs.note(begun.mind_ids[0], result="Half.", foreign=True)
    counted = await jobs.settle(begun.mind_ids[0], FAILED)
    mind = await jobs.mind(begun.mind_ids[0])
    assert mind is not None
    assert (mind.result, mind.foreign) == ("Half.", True)
    assert counted is not None
    assert counted.job.foreign


async def test_nothing_is_noted_for_a_settled_mind(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.settle(begun.mind_ids[0], DONE)
    await jobs.note(begun.mind_ids[0], result="Late.")
    mind = await jobs.mind(begun.mind_ids[0])
    assert mind is not None
    assert mind.result == "Found."


async def test_a_cost_that_is_unknown_once_is_unknown(jobs: JobStore, anna: str) -> None:
    known, unknown = await start(jobs, anna, 2), await start(jobs, anna, 2)
    for begun, second in ((known, Decimal("0.25")), (unknown, None)):
        await jobs.settle(begun.mind_ids[0], replace(DONE, usd=Decimal("0.5")))
        await jobs.settle(begun.mind_ids[1], replace(DONE, usd=second))
    costs = [await jobs.job(anna, begun.job_id) for begun in (known, unknown)]
    assert [job and job.usd for job in costs] == [Decimal("0.75"), None]


async def test_a_mind_is_played_again_once(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.begin(begun.mind_ids[0])
    new_id = f"{begun.mind_ids[0]}-1"
    mind = await jobs.again(begun.mind_ids[0], new_id=new_id, seed=8)
    assert mind is not None
    assert (mind.id, mind.seed, mind.attempt) == (new_id, 8, 1)
    assert await jobs.again(new_id, new_id=f"{new_id}-1", seed=9) is None
    assert await jobs.mind(begun.mind_ids[0]) is None


# ---- stop and pause


async def test_a_stop_settles_what_is_not_settled_and_says_which(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    await jobs.settle(begun.mind_ids[0], DONE)
    await jobs.begin(begun.mind_ids[1])
    stopped = await jobs.stop(anna, begun.job_id)
    assert stopped is not None
    assert (stopped.stopped, stopped.finished, stopped.status) == ((1, 2), (0,), "stopped")
    again = await jobs.stop(anna, begun.job_id)
    assert again is not None
    assert (again.stopped, again.finished, again.status) == ((), (0,), "stopped")
    job = await jobs.job(anna, begun.job_id)
    assert job is not None
    assert (job.completed_count, job.failed_count) == (1, 2)


async def test_what_was_queued_does_not_begin_after_a_stop(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    await jobs.stop(anna, begun.job_id)
    assert [await jobs.begin(id) for id in begun.mind_ids] == [None] * 3
    assert [await jobs.settle(id, DONE) for id in begun.mind_ids] == [None] * 3


async def test_one_mind_is_stopped_and_the_others_go_on(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    stopped = await jobs.stop(anna, begun.job_id, number=1)
    assert stopped is not None
    assert (stopped.stopped, stopped.status) == ((1,), "queued")
    assert await jobs.begin(begun.mind_ids[0]) is not None
    await jobs.settle(begun.mind_ids[0], DONE)
    last = await jobs.stop(anna, begun.job_id, number=2)
    assert last is not None
    assert last.status == "summarising"


async def test_stop_and_settle_at_once_count_each_mind_once(
    jobs: JobStore, others: JobStore, anna: str
) -> None:
    begun = await start(jobs, anna, 10)
    await asyncio.gather(
        *(jobs.settle(id, DONE) for id in begun.mind_ids), others.stop(anna, begun.job_id)
    )
    job = await jobs.job(anna, begun.job_id)
    minds = await jobs.minds(anna, begun.job_id)
    assert job is not None
    assert job.completed_count == sum(mind.status == "complete" for mind in minds)
    assert job.completed_count + job.failed_count == 10


async def test_what_a_stopped_mind_had_used_is_added_once(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.begin(begun.mind_ids[0])
    await jobs.stop(anna, begun.job_id)
    for _ in range(2):
        await jobs.note_spent(begun.mind_ids[0], replace(DONE, foreign=True))
    job = await jobs.job(anna, begun.job_id)
    assert job is not None
    assert (job.tokens_in, job.tokens_out, job.foreign) == (900, 100, True)


async def test_a_pause_and_a_resume_are_repeatable(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 2)
    await jobs.begin(begun.mind_ids[0])
    await jobs.settle(begun.mind_ids[1], DONE)
    seen = []
    for is_paused in (True, True, False, False):
        job = await jobs.pause(anna, begun.job_id, is_paused=is_paused)
        minds = await jobs.minds(anna, begun.job_id)
        seen.append((job and job.status, *(mind.status for mind in minds)))
    assert seen == [("paused", "paused", "complete")] * 2 + [("running", "running", "complete")] * 2


async def test_the_time_of_a_pause_is_no_part_of_a_minds_life(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 2)
    await jobs.begin(begun.mind_ids[0])
    before = [mind.started_at for mind in await jobs.minds(anna, begun.job_id)]
    for is_paused in (True, False):
        await jobs.pause(anna, begun.job_id, is_paused=is_paused)
    after = [mind.started_at for mind in await jobs.minds(anna, begun.job_id)]
    assert before[0] is not None
    assert after[0] is not None
    assert after[0] > before[0]


async def test_a_mind_that_was_paused_before_its_start_begins_when_it_is_resumed(
    jobs: JobStore, anna: str
) -> None:
    begun = await start(jobs, anna, 1)
    seen = []
    for is_paused in (True, False):
        await jobs.pause(anna, begun.job_id, is_paused=is_paused)
        found = await jobs.whole(anna, begun.job_id)
        assert found is not None
        job, [mind] = found
        seen.append((mind.status, bool(mind.started_at), bool(job.started_at)))
    assert seen == [("paused", False, False), ("running", True, True)]


async def test_what_others_asked_for_is_foreign_from_the_start(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1, foreign=True)
    found = await jobs.whole(anna, begun.job_id)
    assert found is not None
    assert found[0].foreign
    assert [mind.foreign for mind in found[1]] == [True]


async def test_a_job_names_its_owner(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    assert await jobs.owner(begun.job_id) == anna
    assert await jobs.owner("0" * 26) is None


async def test_without_dollars_left_no_job_starts_and_a_known_key_finds_its_own(
    jobs: JobStore, anna: str
) -> None:
    begun = await jobs.start(anna, new_job(1, key="key-key-key"), daily_tokens=DAILY, daily_usd=2)
    await jobs.begin(begun.mind_ids[0])
    await jobs.settle(begun.mind_ids[0], replace(DONE, usd=Decimal("2.5")))
    again = await jobs.start(anna, new_job(1, key="key-key-key"), daily_tokens=DAILY, daily_usd=2)
    assert (again.job_id, again.duplicate) == (begun.job_id, True)
    with pytest.raises(JobRefused, match="dollars are used up"):
        await jobs.start(anna, new_job(1), daily_tokens=DAILY, daily_usd=2)
    await jobs.file_report(anna, begun.job_id, FILED)
    with pytest.raises(JobRefused, match="dollars are used up"):
        await jobs.start(anna, new_job(1), daily_tokens=DAILY, daily_usd=2.5)
    await jobs.start(anna, new_job(1), daily_tokens=DAILY, daily_usd=2.6)
