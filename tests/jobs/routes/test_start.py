"""POST /api/jobs, /api/battles/start and /api/scale/start begin a job, or say what is wrong."""

import asyncio
from typing import Any

import pytest

from tests.jobs.routes.stage import (
    AGENTS,
    BATTLE,
    HELPERS,
    SCALE,
    SCENARIO,
    STARTS,
    TASKS,
    begun,
    fields,
    store,
)
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

TALK = "battles/start"
REHEARSAL = "scale/start"


@pytest.mark.parametrize(("path", "body"), STARTS)
async def test_a_start_answers_with_the_job_and_its_conversations(
    anna: Caller, path: str, body: Json
) -> None:
    started = await begun(anna, path, body)
    assert started["runId"] == started["jobId"]
    assert (started["status"], started["duplicate"]) == ("queued", False)
    assert started["conversationIds"] == [f"mind:{started['jobId']}:0"]
    tokens = 30_000 if path == "jobs" else 60_000
    assert started["estimate"] == {"runs": 1, "tokens": tokens, "usd": None}


async def test_a_key_begins_one_job_however_often_and_whatever_the_rest_says(
    anna: Caller,
) -> None:
    sent = [begun(anna, key="pressed-thrice") for _ in range(3)]
    answers = await asyncio.gather(*sent)
    assert len({answer["jobId"] for answer in answers}) == 1
    assert sorted(answer["duplicate"] for answer in answers) == [False, True, True]
    others: list[Json] = [
        {"tasks": []},
        {"tasks": TASKS * 2, "document": "unknown"},
        {"kind": "x"},
    ]
    for wrong in others:
        again = await begun(anna, key="pressed-thrice", **wrong)
        assert (again["jobId"], again["duplicate"]) == (answers[0]["jobId"], True)
        assert again["conversationIds"] == answers[0]["conversationIds"]
    assert len((await anna.got("jobs"))["jobs"]) == 1


async def test_the_same_key_of_somebody_else_begins_another_job(anna: Caller, ben: Caller) -> None:
    mine, theirs = await begun(anna, key="same-key"), await begun(ben, key="same-key")
    assert mine["jobId"] != theirs["jobId"]
    assert not theirs["duplicate"]


@pytest.mark.parametrize(
    ("path", "change", "field"),
    [
        ("jobs", {"tasks": []}, "tasks"),
        ("jobs", {"tasks": TASKS * 11}, "tasks"),
        ("jobs", {"tasks": [{"title": "x"}]}, "tasks.0.brief"),
        ("jobs", {"tasks": [{"title": " ", "brief": "x"}]}, "tasks.0.title"),
        ("jobs", {"tasks": [{"title": "x", "brief": "x" * 8001}]}, "tasks.0.brief"),
        ("jobs", {"tasks": [{**TASKS[0], "tool": "sendEmail"}]}, "tasks.0.tool"),
        ("jobs", {"kind": "talk"}, "kind"),
        ("jobs", {"kind": "room"}, "document"),
        ("jobs", {"join": "all"}, "join"),
        ("jobs", {"key": "short"}, "key"),
        ("jobs", {"key": "not a key!"}, "key"),
        ("jobs", {"tokensEach": 200_001}, "tokensEach"),
        ("jobs", {"tokenBudget": 0}, "tokenBudget"),
        ("jobs", {"tokenBudgt": 5}, "tokenBudgt"),
        (TALK, {"agents": AGENTS[:1]}, "agents"),
        (TALK, {"agents": [*AGENTS, *AGENTS, *AGENTS]}, "agents"),
        (TALK, {"agents": [AGENTS[0], AGENTS[0]]}, "agents.1.name"),
        (TALK, {"agents": [AGENTS[0], {"instructions": "x"}]}, "agents.1.name"),
        (TALK, {"agents": [{**AGENTS[0], "name": "x" * 61}, AGENTS[1]]}, "agents.0.name"),
        (TALK, {"agents": [{**AGENTS[0], "stream": False}, AGENTS[1]]}, "agents.0.stream"),
        (TALK, {"agents": [{**AGENTS[0], "maxTokens": 4001}, AGENTS[1]]}, "agents.0.maxTokens"),
        (TALK, {"agents": [{**AGENTS[0], "stop": ["a"] * 5}, AGENTS[1]]}, "agents.0.stop"),
        (TALK, {"agents": [{**AGENTS[0], "temperature": 2.1}, AGENTS[1]]}, "agents.0.temperature"),
        (TALK, {"agents": [{**AGENTS[0], "provider": "openrouter"}, AGENTS[1]]}, "agents.0.model"),
        (TALK, {"agents": [AGENTS[0], {**AGENTS[1], "provider": "mystery"}]}, "agents.1.model"),
        (TALK, {"goal": ""}, "goal"),
        (TALK, {"goal": "x" * 2001}, "goal"),
        (TALK, {"opening": "x" * 2001}, "opening"),
        (TALK, {"maxMessages": 26}, "maxMessages"),
        (TALK, {"maxMessages": 0}, "maxMessages"),
        (TALK, {"count": 11}, "count"),
        (TALK, {"count": 0}, "count"),
        (REHEARSAL, {"runCount": 11}, "runCount"),
        (REHEARSAL, {"runCount": "3"}, "runCount"),
        (REHEARSAL, {"scenarios": []}, "scenarios"),
        (REHEARSAL, {"scenarios": [{**SCENARIO, "wrold": {}}]}, "scenarios.0.wrold"),
        (REHEARSAL, {"scenarios": [SCENARIO, SCENARIO, {**SCENARIO, "world": {"pages": []}}]},
         "scenarios.2.world.pages"),
        (REHEARSAL, {"provider": "mystery"}, "model"),
        (REHEARSAL, {"provider": "openrouter"}, "model"),
    ],
)  # fmt: skip
async def test_a_body_that_does_not_fit_is_refused_with_its_field(
    anna: Caller, path: str, change: Json, field: str
) -> None:
    body = {**dict(STARTS)[path], **change}
    assert fields(await anna.call("POST", path, json=body))[0] == field
    assert (await anna.got("jobs"))["jobs"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("jobs", {"tasks": [{**TASKS[0], "profile": "nobody"}]}),
        ("jobs", {**HELPERS, "document": "aaaaaaaaaaaaaaaa"}),
        (TALK, {**BATTLE, "agents": [AGENTS[0], {"profile": "nobody"}]}),
        (REHEARSAL, {"scenarios": ["unknown"]}),
        (REHEARSAL, {"scenarios": ["builtin-unknown"]}),
        (REHEARSAL, {**SCALE, "profile": "nobody"}),
        (REHEARSAL, {"again": "0" * 26, "instructions": "Be brief."}),
    ],
)
async def test_what_a_start_names_has_to_be_there(anna: Caller, path: str, body: Json) -> None:
    answer = await anna.call("POST", path, json=body)
    assert answer.status_code == 404, answer.text


async def test_a_third_open_job_has_to_wait(anna: Caller) -> None:
    for title in ("Hotels", "Trains"):
        await begun(anna, title=title)
    answer = await anna.call("POST", "jobs", json=HELPERS)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "30"
    assert all(title in answer.json()["detail"] for title in ("Hotels", "Trains"))


async def test_two_starts_at_once_cannot_both_take_the_last_tokens_of_the_day(
    anna: Caller,
) -> None:
    bodies = [{**HELPERS, "tokenBudget": 1_200_000}] * 2
    answers = await asyncio.gather(*(anna.call("POST", "jobs", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [202, 429]
    [refused] = [answer for answer in answers if answer.status_code == 429]
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600


async def test_runs_play_the_scenarios_in_turn_with_seeds_of_their_own(
    anna: Caller, home: Home
) -> None:
    other = {**SCENARIO, "name": "Lunch"}
    started = await begun(
        anna, REHEARSAL, {"scenarios": [SCENARIO, other], "runCount": 3, "seed": 7}
    )
    minds = await store(home).minds(anna.id, started["jobId"])
    assert [mind.label for mind in minds] == ["Dinner", "Lunch", "Dinner"]
    assert [mind.seed for mind in minds] == [7, 8, 9]


async def test_without_scenarios_the_built_in_ones_are_played(anna: Caller, home: Home) -> None:
    started = await begun(anna, REHEARSAL, {"runCount": 2})
    minds = await store(home).minds(anna.id, started["jobId"])
    built_in = (await anna.got("scenarios"))["scenarios"]
    assert [mind.label for mind in minds] == [one["name"] for one in built_in[:2]]


async def test_again_plays_the_same_with_other_instructions(anna: Caller, home: Home) -> None:
    first = await begun(anna, REHEARSAL, SCALE, runCount=2, seed=3, instructions="Be brief.")
    again: dict[str, Any] = {"again": first["jobId"], "instructions": "Be very brief."}
    second = await begun(anna, REHEARSAL, again)
    before, after = [await store(home).minds(anna.id, one["jobId"]) for one in (first, second)]
    assert [mind.scenario for mind in after] == [mind.scenario for mind in before]
    assert [mind.seed for mind in after] == [mind.seed for mind in before] == [3, 4]
    assert {mind.profile["instructions"] for mind in after} == {"Be very brief."}
    state = await anna.got(f"scale/{second['jobId']}/status")
    assert state["comparedWith"] == first["jobId"]


@pytest.mark.parametrize(
    ("more", "field"), [({}, "instructions"), ({"instructions": "x", "seed": 1}, "seed"),
                        ({"instructions": "x", "runCount": 3}, "runCount")],
)  # fmt: skip
async def test_again_needs_instructions_and_takes_nothing_that_would_change_the_runs(
    anna: Caller, more: Json, field: str
) -> None:
    first = await begun(anna, REHEARSAL, SCALE)
    body = {"again": first["jobId"], **more}
    assert fields(await anna.call("POST", REHEARSAL, json=body)) == [field]


async def test_a_rehearsal_tries_the_profile_main_if_nothing_else_is_said(
    anna: Caller, home: Home
) -> None:
    await anna.call("PUT", "agents", params={"id": "main"}, json={"instructions": "Be kind."})
    started = await begun(anna, REHEARSAL, SCALE)
    [mind] = await store(home).minds(anna.id, started["jobId"])
    assert mind.profile["instructions"] == "Be kind."


async def test_an_agent_may_be_a_profile_whose_fields_the_start_replaces(
    anna: Caller, home: Home
) -> None:
    profile = {"name": "Sceptic", "instructions": "Doubt.", "temperature": 0.5, "model": "m-1"}
    await anna.call("PUT", "agents", params={"id": "sceptic"}, json=profile)
    agents = [AGENTS[0], {"profile": "sceptic", "model": "m-2"}]
    started = await begun(anna, TALK, BATTLE, agents=agents, opening="Hello.", maxMessages=7)
    [mind] = await store(home).minds(anna.id, started["jobId"])
    assert mind.profile["agents"][1] == {
        "name": "Sceptic", "instructions": "Doubt.", "temperature": 0.5, "model": "m-2",
        "maxTokens": 600,
    }  # fmt: skip
    assert (mind.profile["opening"], mind.profile["maxMessages"]) == ("Hello.", 7)
    assert mind.goal == BATTLE["goal"]


@pytest.mark.parametrize(("path", "body"), STARTS)
async def test_without_a_database_or_with_no_tokens_there_are_no_jobs(
    deployment: Deployment, home: Home, path: str, body: Json
) -> None:
    headers = {"Authorization": f"Bearer {token('somebody')}"}
    for change in ({}, {"DATABASE_URL": home.url, "BRAIN_DAILY_TOKENS": "0"}):
        async with deployment.changed(**change) as http:
            answer = await http.post(f"/api/{path}", json=body, headers=headers)
            assert answer.status_code == 404, answer.text
            assert (await http.get("/api/jobs", headers=headers)).status_code == 404
            stop = {"type": "stop", "job": "0" * 26}
            stopped = await http.post("/api/control", json=stop, headers=headers)
            assert stopped.status_code == 404


async def test_without_the_queue_nothing_is_said_to_have_begun_and_the_same_key_goes_on(
    deployment: Deployment, home: Home, anna: Caller
) -> None:
    body = {**HELPERS, "key": "queue-away"}
    headers = {"Authorization": f"Bearer {token(anna.id)}"}
    async with deployment.changed(DATABASE_URL=home.url, QSTASH_URL="http://127.0.0.1:1") as http:
        answer = await http.post("/api/jobs", json=body, headers=headers)
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
    again = await begun(anna, body=body)
    assert again["duplicate"]
