"""What was played in rehearsals is kept once, in Postgres and in memory."""

from uuid import uuid4

import pytest

from brain.jobs.rehearsals.ports import RehearsalStore, Step, WorldEffect
from brain.jobs.rehearsals.postgres import PostgresRehearsals
from tests.contracts.postgres.jobs_stage import RealJobs
from tests.fakes.rehearsals import MemoryRehearsals

LIT = WorldEffect(seq=3, tool="switchLight", arguments={"on": True}, result="It is on.")


@pytest.fixture(params=["real", "fake"])
def kept(request: pytest.FixtureRequest) -> RehearsalStore:
    if request.param == "fake":
        return MemoryRehearsals()
    real: RealJobs = request.getfixturevalue("real_jobs")
    return PostgresRehearsals(real.database)


@pytest.fixture
def mind() -> str:
    return f"mind:{uuid4()}:0"


async def test_the_first_entry_at_a_place_stays(kept: RehearsalStore, mind: str) -> None:
    assert await kept.keep_step(mind, Step(run_id="player", place=1, entry={"text": "a"})) == {
        "text": "a"
    }
    again = Step(run_id="player", place=1, entry={"text": "b"})
    assert await kept.keep_step(mind, again) == {"text": "a"}
    assert [step.entry for step in await kept.steps(mind)] == [{"text": "a"}]
    assert await kept.steps(mind + "0") == []


async def test_the_entries_of_a_run_are_kept_once_and_in_order(
    kept: RehearsalStore, mind: str
) -> None:
    await kept.keep_steps(mind, "r2", [])
    await kept.keep_steps(mind, "r1", [{"n": 0}, {"n": 1}])
    await kept.keep_steps(mind, "r1", [{"n": 7}, {"n": 8}, {"n": 2}])
    found = [(step.run_id, step.place, step.entry["n"]) for step in await kept.steps(mind)]
    assert found == [("r1", 0, 0), ("r1", 1, 1), ("r1", 2, 2)]


async def test_a_call_has_one_effect(kept: RehearsalStore, mind: str) -> None:
    other = WorldEffect(seq=9, tool="switchLight", arguments={}, result="Again.")
    assert await kept.effect(mind, "run:c1") is None
    assert await kept.note_effect(mind, "run:c1", LIT) == LIT
    assert await kept.note_effect(mind, "run:c1", other) == LIT
    assert await kept.effect(mind, "run:c1") == LIT
    assert await kept.effects([mind, "mind:other:0"]) == [(mind, LIT)]
