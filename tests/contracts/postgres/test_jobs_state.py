"""The same contract: a job and its minds as their status shows them, without any text."""

from typing import Any

from msgspec.structs import replace

from brain.jobs.model import MindOutcome, NewMind
from brain.jobs.ports import JobStore
from tests.contracts.postgres.jobs_stage import DAILY, FILED, new_job

SECRET = "xylophone"
VERDICT = {"outcome": "passed", "rubric": [{"item": SECRET, "verdict": "yes"}]}
ENDED = MindOutcome(
    status="complete",
    reason="goal",
    result=SECRET,
    sources=({"title": SECRET, "url": "https://x.example"},),
    needs=SECRET,
    goal_reached=True,
    turns=3,
    tokens_in=900,
    tokens_out=100,
    verdict=VERDICT,
)
TEXTS: dict[str, Any] = {
    "profile": {"instructions": SECRET},
    "brief": SECRET,
    "goal": SECRET,
    "scenario": {"person": SECRET},
}


async def test_a_state_is_the_job_with_its_minds_and_none_of_their_texts(
    jobs: JobStore, anna: str
) -> None:
    minds = tuple(NewMind(number=n, label=f"Hotel {n}", **TEXTS) for n in range(2))
    asked = replace(new_job(), minds=minds, request={"tasks": SECRET})
    begun = await jobs.start(anna, asked, daily_tokens=DAILY)
    await jobs.begin(begun.mind_ids[0])
    await jobs.settle(begun.mind_ids[0], ENDED)
    found = await jobs.state(anna, begun.job_id)
    whole = await jobs.whole(anna, begun.job_id)
    assert found is not None
    assert whole is not None
    assert SECRET in str(whole)
    assert SECRET not in str(found)
    assert found[0] == replace(whole[0], request={})
    none: dict[str, Any] = {
        "profile": {},
        "brief": None,
        "goal": None,
        "result": None,
        "sources": [],
    }
    none |= {"needs": None, "scenario": None}
    first, second = whole[1]
    assert list(found[1]) == [
        replace(first, **none, verdict={"outcome": "passed"}),
        replace(second, **none),
    ]


async def test_a_state_says_whether_there_is_a_report(jobs: JobStore, anna: str, ben: str) -> None:
    begun = await jobs.start(anna, new_job(1), daily_tokens=DAILY)
    found = await jobs.state(anna, begun.job_id)
    assert found is not None
    assert found[0].report is None
    await jobs.stop(anna, begun.job_id)
    await jobs.file_report(anna, begun.job_id, replace(FILED, report={"headline": SECRET}))
    found = await jobs.state(anna, begun.job_id)
    assert found is not None
    assert found[0].report == {}
    assert await jobs.state(ben, begun.job_id) is None
