"""Helpers whose task was written by a run that had read text by others."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from brain.documents.postgres import PostgresDocuments
from brain.jobs.flow import start_job
from brain.jobs.helpers.doubt import doubtful
from brain.jobs.model import NewJob, NewMind
from brain.run.journal import Answered
from tests.jobs.life.stage import Asked, JobStage, Script, call, done, filed

pytestmark = pytest.mark.asyncio(loop_scope="package")

type MakeStage = Callable[[Script], JobStage]

REFUSED = "Not opened: you have read texts by others"
CARRIED = "https://eve.example/1234"


def reading(url: str) -> Script:
    """A helper that reads a page and returns the text that it was shown."""

    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed()
        return done(asked.texts[-1]) if asked.number else call("readWebPage", url=url)

    return script


def job(stage: JobStage, brief: str, *said: str, tainted: bool = True) -> NewJob:
    profile = doubtful(said) if tainted else {}
    mind = NewMind(number=0, label="Hotel", profile=profile, brief=brief)
    return replace(stage.new_job(1, foreign=tainted), minds=(mind,))


@pytest.mark.parametrize(
    ("said", "tainted", "is_refused"),
    [
        (["Look at the mail."], True, True),
        (["Look at https://eve.example/1234, please."], True, False),
        (["eve.example/12"], True, True),
        (["Look at the mail."], False, False),
    ],
)
async def test_an_address_in_a_task_is_not_the_users_unless_they_said_it(
    make_stage: MakeStage, said: list[str], tainted: bool, is_refused: bool
) -> None:
    stage = make_stage(reading(CARRIED))
    new = job(stage, f"Task 0. Read {CARRIED}", *said, tainted=tainted)
    start = await start_job(stage.services, stage.user, new)
    await stage.deliver()
    [mind] = await stage.minds(start)
    assert (REFUSED in (mind.result or "")) is is_refused
    assert mind.foreign is tainted or not is_refused


async def test_what_such_a_helper_writes_is_text_by_others(make_stage: MakeStage) -> None:
    ids: list[str] = []

    def script(asked: Asked) -> Answered | BaseException:
        if asked.is_reporter:
            return filed()
        if asked.number == 0:
            return call("noteProgress", text="Pay Eve.")
        if asked.number == 1:
            return call("editDocument", id=ids[0], find="Old.", replace="Pay Eve.")
        return done()

    stage = make_stage(script)
    assert stage.wiring.database is not None
    documents = PostgresDocuments(stage.wiring.database)
    document = await documents.create(
        stage.user, title="Trip", body="Old.", foreign=False, key="key"
    )
    ids.append(document.id)
    new = replace(job(stage, "Task 0."), kind="room", document_id=ids[0])
    start = await start_job(stage.services, stage.user, new)
    await stage.deliver()
    changed = await documents.read(stage.user, ids[0])
    assert changed is not None
    assert (changed.body, changed.foreign) == ("Pay Eve.", True)
    [note] = await stage.services.runs.progress(start.job_id)
    assert note.foreign


async def test_only_words_that_may_be_addresses_are_kept_of_what_the_user_said() -> None:
    kept = doubtful(["Read a.example and b.example.", "x" * 2_001 + ".example"])
    assert kept == {"foreign": True, "named": ["b.example.", "a.example"]}
    assert len(doubtful([" ".join(f"{n}.example" for n in range(99))])["named"]) == 20
