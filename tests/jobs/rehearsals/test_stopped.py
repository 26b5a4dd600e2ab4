"""After a stop, nobody of a rehearsal is asked any more."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from brain.jobs.flow import pause_job, stop_job
from brain.jobs.rules import job_id
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt
from tests.jobs.rehearsals.conftest import MakeStage
from tests.jobs.rehearsals.stage import Cast, Stage, quit_with

pytestmark = pytest.mark.asyncio(loop_scope="package")

KEY = "one-rehearsal"


@dataclass
class Interrupted(Cast):
    """A cast whose user stops or pauses the job while the judge gives its first vote."""

    theatre: Stage | None = None
    is_paused: bool = False

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        answer = await super().answer(prompt, limit_s=limit_s, on_delta=on_delta)
        if prompt is self.prompts.get("judge", [None])[0] and self.theatre is not None:
            user, services = self.theatre.user, self.theatre.services
            if self.is_paused:
                await pause_job(services, user, job_id(user, KEY), is_paused=True)
            else:
                await stop_job(services, user, job_id(user, KEY))
        return answer


@pytest.mark.parametrize(
    ("is_paused", "votes", "status"), [(False, 1, "stopped"), (True, 3, "complete")]
)
async def test_the_judge_is_not_asked_again_after_a_stop(
    stage: MakeStage, is_paused: bool, votes: int, status: str
) -> None:
    cast = Interrupted(brain=lambda prompt: quit_with("Hello."), is_paused=is_paused)
    cast.theatre = theatre = stage(cast)
    scenario = {"name": "A talk", "opening": "hello", "rubric": ["is polite"]}
    job = await theatre.play(theatre.new(scenario, key=KEY))
    [mind] = await theatre.minds(job)
    assert len(cast.prompts["judge"]) == votes
    assert mind.status == status
