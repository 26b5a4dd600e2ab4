"""The tool with which the user's brain begins talks, and rehearses what was just said."""

import pytest

from brain.jobs.model import Job, Mind
from tests.jobs.routes.stage import store
from tests.jobs.routes.test_tools import calling, said
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment

pytestmark = pytest.mark.asyncio(loop_scope="package")

QUESTION = "Write Anna that dinner is at eight."


async def test_two_characters_argue_about_a_question(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    cast = ["Pro: Argue for the van.", "Con"]
    arguments = {"kind": "talk", "about": "Should I buy the van?", "cast": cast}
    outcome, [result] = await calling(deployment, anna, "playOut", arguments)
    assert outcome["state"] == "done"
    job, [mind] = await begun(home, anna, result["jobId"])
    assert (job.kind, job.token_budget) == ("talk", 60_000)
    assert mind.goal == "Should I buy the van?"
    agents = [(agent["name"], agent["instructions"]) for agent in mind.profile["agents"]]
    assert agents == [("Pro", "Argue for the van."), ("Con", "Argue as Con would.")]


async def test_a_talk_without_a_question_is_not_begun(deployment: Deployment, anna: Caller) -> None:
    _, [result] = await calling(deployment, anna, "playOut", {"kind": "talk"})
    assert "Not begun" in result["text"]
    assert (await anna.got("jobs"))["jobs"] == []


async def test_what_was_just_said_is_rehearsed_in_the_users_own_words(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    await deployment.direct(QUESTION, {"text": "To which address?"})
    await said(anna, QUESTION)
    arguments = {"kind": "rehearsal", "about": "Never ask for addresses."}
    _, [result] = await calling(deployment, anna, "playOut", arguments)
    job, [mind] = await begun(home, anna, result["jobId"])
    assert (job.kind, job.title) == ("rehearsal", QUESTION)
    assert mind.scenario is not None
    assert mind.scenario["opening"] == QUESTION
    assert not mind.scenario.get("habits")  # what asked for the rehearsal is no part of it
    assert mind.profile["instructions"] == "Never ask for addresses."


async def test_without_a_talk_before_it_nothing_is_rehearsed(
    deployment: Deployment, anna: Caller
) -> None:
    _, [result] = await calling(deployment, anna, "playOut", {"kind": "rehearsal"})
    assert "no talk before this" in result["text"]


async def test_several_rehearsals_are_asked_for_first_and_play_what_was_said_before_the_question(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    await deployment.direct(QUESTION, {"text": "To which address?"})
    await said(anna, QUESTION)
    text = f"Rehearse that three times, {anna.id}"
    call = {"name": "playOut", "arguments": {"kind": "rehearsal", "count": 3}}
    await deployment.direct(text, {"calls": [call]})
    question = (await said(anna, text))["message"]
    assert question["text"] == "Three rehearsals, at most 180,000 tokens. Shall I?"
    assert (await anna.got("jobs"))["jobs"] == []
    await deployment.direct("Yes, do that.", {"text": "It is on its way."})
    yes = {"type": "approve", "questionId": question["id"]}
    answer = await anna.call("POST", "control", json=yes)
    assert answer.status_code == 200, answer.text
    [found] = (await anna.got("jobs"))["jobs"]
    _, minds = await begun(home, anna, found["jobId"])
    assert [mind.scenario and mind.scenario["opening"] for mind in minds] == [QUESTION] * 3


async def begun(home: Home, caller: Caller, job_id: str) -> tuple[Job, list[Mind]]:
    """Return a job that was begun, with its minds."""
    found = await store(home).whole(caller.id, job_id)
    assert found is not None
    return found[0], list(found[1])
