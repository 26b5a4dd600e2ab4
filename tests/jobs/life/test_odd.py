"""Texts of models that the stores do not take, and stored texts that the code does not know."""

from collections.abc import Callable

import pytest

from brain.cloud.redis.scripts import Keys
from brain.documents.postgres import PostgresDocuments
from brain.jobs.flow import start_job
from brain.jobs.rules import job_keys_id
from brain.run.journal import Answered
from tests.jobs.life.stage import Asked, JobStage, Script, call, done

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]

ODD = "a\0b\ud800c"


async def test_odd_characters_of_a_model_lose_nothing(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            finding = {"what": ODD, "runs": [0], "severity": "low"}
            return call("fileReport", headline=ODD, summary=ODD, findings=[finding])
        if asked.number == 0:
            return call("noteResult", text=ODD)
        if asked.number == 1:
            return call("noteProgress", text=ODD)
        return done(ODD, needs=ODD, sources=[{"title": ODD, "url": ODD}])

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    await stage.deliver()
    job, [mind] = await stage.job(start), await stage.minds(start)
    assert (mind.status, mind.result) == ("complete", "ab\ufffdc")
    assert job.report is not None
    assert job.report["headline"] == "ab\ufffdc"
    assert job.finished_at is not None
    assert stage.wiring.database is not None
    document = await PostgresDocuments(stage.wiring.database).read(
        stage.user, job.document_id or ""
    )
    assert document is not None
    assert document.body.startswith("**ab\ufffdc**")


async def test_a_note_of_progress_of_another_version_hides_no_other(make_stage: MakeStage) -> None:
    def script(asked: Asked) -> Answered | BaseException:
        return done() if asked.number else call("noteProgress", text="half")

    stage = make_stage(script)
    start = await start_job(stage.services, stage.user, stage.new_job(1))
    key = Keys.of(job_keys_id(start.job_id)).key("notes")
    for odd in ('{"number": 1, "text": "x", "mood": "good"}', "[", "7"):
        await stage.wiring.redis.execute(["RPUSH", key, odd], limit_s=5)
    await stage.deliver()
    notes = await stage.services.runs.progress(start.job_id)
    assert [note.text for note in notes] == ["half"]
