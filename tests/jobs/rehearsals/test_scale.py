"""Rehearsals as a job, from the start to the report."""

import pytest

from brain.jobs.rehearsals.numbers import wilson
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

DINNER = {
    "name": "Dinner",
    "person": "Calm.",
    "goal": "Ben knows.",
    "opening": "tell ben that we eat at nine",
    "expect": [{"said~": "ben"}],
}


async def test_ten_rehearsals_are_played_and_reported(stage: MakeStage) -> None:
    cast = Cast(brain=lambda prompt: quit_with("Ben is told."))
    theatre = stage(cast)

    job = await theatre.play(theatre.new(DINNER, runs=10, instructions="Be kind."))

    assert (job.status, job.completed_count, job.failed_count) == ("complete", 10, 0)
    assert job.report is not None
    metrics = job.report["metrics"]
    assert (metrics["passed"], metrics["passRate"]) == (10, 1)
    assert metrics["interval"] == [round(bound, 4) for bound in wilson(10, 10) or ()]
    assert job.report["revisedPrompt"] == "Be kind.\nNever narrate your steps."
    assert len(cast.prompts["brain"]) == 10
    assert all("Be kind." in prompt.messages[0]["content"] for prompt in cast.prompts["brain"])
    assert all(mind.ended_reason == "goal" and mind.turns == 1 for mind in await theatre.minds(job))
