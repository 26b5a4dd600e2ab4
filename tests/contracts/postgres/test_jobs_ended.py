"""The same contract: reports, strangers, and what is kept for how long; then what Postgres does."""

from msgspec.structs import replace

from brain.jobs.ports import Filed, JobStore
from brain.jobs.stored.owned import OWNED
from tests.contracts.postgres.jobs_stage import (
    DAILY,
    DONE,
    FAILED,
    FILED,
    KeptJobs,
    RealJobs,
    new_job,
    run,
)
from tests.contracts.postgres.test_jobs import ended, start

# Tables whose rows belong to the owner, although they name a user: jobs, minds and labels go by
# the job, and `edits` is in both lists.
OF_OWNERS = {"jobs", "minds", "labels"}


# ---- the report


async def test_a_report_ends_the_job_once_with_a_document(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.settle(begun.mind_ids[0], replace(DONE, foreign=True))
    filed = Filed(
        report={"headline": "All\0 done."},
        by="model",
        foreign=False,
        document=("Three hotels", "All done."),
        outcome=DONE,
    )
    job = await jobs.file_report(anna, begun.job_id, filed)
    assert job is not None
    assert job.report is not None
    assert (job.status, job.report_by, job.foreign) == ("complete", "model", True)
    assert job.report == {"headline": "All done.", "documentId": job.document_id}
    document = await kept.document(anna, job.document_id or "")
    assert document == ("Three hotels", "All done.", True)
    assert await jobs.file_report(anna, begun.job_id, filed) is None
    assert await kept.spending(anna) == (0, 2_000)


async def test_a_job_without_a_complete_mind_has_failed(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.settle(begun.mind_ids[0], FAILED)
    job = await jobs.file_report(anna, begun.job_id, replace(FILED, by="code"))
    assert job is not None
    assert job.status == "failed"


async def test_a_stopped_job_stays_stopped_and_gives_its_tokens_back(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    begun = await start(jobs, anna)
    await jobs.settle(begun.mind_ids[0], DONE)
    await jobs.stop(anna, begun.job_id)
    job = await jobs.file_report(anna, begun.job_id, replace(FILED, by="code"))
    assert job is not None
    assert job.status == "stopped"
    assert await kept.spending(anna) == (0, 1_000)


async def test_there_is_no_report_before_all_minds_have_ended(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 2)
    await jobs.settle(begun.mind_ids[0], DONE)
    assert await jobs.file_report(anna, begun.job_id, FILED) is None


async def test_an_attempt_at_the_report_is_counted_once(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.settle(begun.mind_ids[0], DONE)
    seen = [await jobs.try_report(anna, begun.job_id, before=n) for n in (0, 0, 1)]
    assert [job and job.report_tries for job in seen] == [1, 1, 2]


async def test_what_a_failed_attempt_has_used_is_counted_with_it(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.settle(begun.mind_ids[0], DONE)
    for _ in range(2):
        await jobs.try_report(anna, begun.job_id, before=0, outcome=DONE)
    await jobs.file_report(anna, begun.job_id, FILED)
    assert await kept.spending(anna) == (0, 2_000)


async def test_what_a_stopped_mind_had_used_counts_for_the_day_after_the_report_too(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    begun = await start(jobs, anna, 1)
    await jobs.begin(begun.mind_ids[0])
    await jobs.stop(anna, begun.job_id)
    await jobs.file_report(anna, begun.job_id, replace(FILED, by="code"))
    assert await kept.spending(anna) == (0, 0)
    for _ in range(2):
        await jobs.note_spent(begun.mind_ids[0], DONE)
    assert await kept.spending(anna) == (0, 1_000)


async def test_nothing_changes_in_a_job_that_is_finished(jobs: JobStore, anna: str) -> None:
    id = await ended(jobs, anna)
    before = await jobs.whole(anna, id)
    assert before is not None
    assert before[0].finished_at is not None
    await jobs.finish(anna, id)
    await jobs.stop(anna, id)
    await jobs.try_report(anna, id, before=0)
    await jobs.pause(anna, id, is_paused=True)
    assert await jobs.whole(anna, id) == before


# ---- strangers


async def test_a_stranger_finds_nothing(jobs: JobStore, anna: str, ben: str) -> None:
    begun = await start(jobs, anna, 1)
    assert await jobs.job(ben, begun.job_id) is None
    assert await jobs.whole(ben, begun.job_id) is None
    assert await jobs.minds(ben, begun.job_id) == []
    assert await jobs.mind(begun.mind_ids[0], user_id=ben) is None
    assert await jobs.stop(ben, begun.job_id) is None
    assert await jobs.pause(ben, begun.job_id, is_paused=True) is None
    assert await jobs.delete(ben, begun.job_id) is None
    assert await jobs.recent(ben, limit=5) == []
    assert await jobs.begin(begun.mind_ids[0]) is not None


# ---- what is kept


async def test_only_ended_jobs_beyond_the_newest_fifty_are_outdated(
    jobs: JobStore, anna: str, kept: KeptJobs
) -> None:
    old = [await ended(jobs, anna) for _ in range(52)]
    await start(jobs, anna)
    assert set(await jobs.outdated(anna)) == set(old[:3])


async def test_a_job_is_outdated_after_ninety_days(
    jobs: JobStore, anna: str, ben: str, kept: KeptJobs
) -> None:
    old, new, stranger = await ended(jobs, anna), await ended(jobs, anna), await ended(jobs, ben)
    await kept.make_old([old, stranger])
    assert list(await jobs.outdated(anna)) == [old]
    assert new not in await jobs.outdated(anna)


async def test_an_open_job_is_not_deleted(jobs: JobStore, anna: str) -> None:
    begun = await start(jobs, anna)
    assert await jobs.delete(anna, begun.job_id) is False
    await jobs.stop(anna, begun.job_id)
    assert await jobs.delete(anna, begun.job_id) is False  # without a report its tokens are kept


async def test_nothing_of_its_minds_is_left_of_a_deleted_job(
    real_jobs: RealJobs, anna: str, url: str
) -> None:
    jobs = real_jobs.jobs
    id, kept = await ended(jobs, anna), await ended(jobs, anna)
    for job in (id, kept):
        for mind in (f"mind:{job}:0", f"mind:{job}:0-1", f"mind:{job}:report"):
            await fill(url, mind)
    assert await jobs.delete(anna, id) is True
    assert await left(url, f"mind:{id}:%") == []
    assert await left(url, f"mind:{kept}:%") != []
    assert await jobs.delete(anna, id) is None


async def fill(url: str, mind: str) -> None:
    """Insert a row of this mind wherever a mind may have one, with the least that a row needs."""
    for table, column in OWNED:
        required = await run(
            url,
            "select column_name, data_type, udt_name from information_schema.columns"
            " where table_schema = 'brain' and table_name = %s and column_name <> %s"
            " and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'",
            table,
            column,
        )
        names = ", ".join([column, *(f'"{name}"' for name, _, _ in required)])
        values = ", ".join(["%s", *(value_of(name, kind) for name, _, kind in required)])
        sql = f"insert into brain.{table} ({names}) values ({values})"
        await run(url, "set session_replication_role = replica; " + sql.replace("%s", f"'{mind}'"))


def value_of(name: object, kind: object) -> str:
    """A value of this type, as SQL. Those with a list of allowed values have the first of it."""
    allowed = {"source": "'written'", "state": "'done'", "folder": "'inbox'"}
    plain = {
        "int4": "1",
        "int8": "1",
        "bool": "true",
        "timestamptz": "now()",
        "date": "now()",
        "regconfig": "'simple'",
    }
    plain |= {"json": "'{}'", "jsonb": "'{}'", "tsvector": "''", "bytea": "''", "_text": "'{}'"}
    return allowed.get(str(name)) or plain.get(str(kind), "'x'")


async def left(url: str, pattern: str) -> list[str]:
    """The tables with a row of such a mind, in any column that names a user or a mind."""
    columns = await run(
        url,
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'brain' and column_name in ('user_id', 'mind_id')",
    )
    found = [
        f"{table}.{column}"
        for table, column in columns
        if await run(url, f"select 1 from brain.{table} where {column} like %s limit 1", pattern)
    ]
    ids = await run(url, "select 1 from brain.minds where id like %s", pattern)
    return found + ["minds.id"] * bool(ids)


async def test_each_table_that_names_a_user_or_a_mind_is_in_the_list(
    real_jobs: RealJobs, anna: str, url: str
) -> None:
    await real_jobs.jobs.start(anna, new_job(), daily_tokens=DAILY)
    columns = await run(
        url,
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'brain' and column_name in ('user_id', 'mind_id')",
    )
    tables = {str(table) for table, _ in columns}
    assert tables - {table for table, _ in OWNED} == OF_OWNERS
