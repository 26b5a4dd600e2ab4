"""/api/agents: profiles of agents, and what `main` does to the user's own brain."""

import pytest

from brain.jobs.plans.postgres import PostgresProfiles
from brain.jobs.plans.things import MOST_PROFILES, Profile
from tests.jobs.routes.stage import fields
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

SCEPTIC: Json = {
    "name": "Sceptic",
    "instructions": "Doubt.",
    "provider": "openai",
    "model": "m-1",
    "temperature": 0.7,
    "maxTokens": 400,
    "stop": ["###"],
    "tools": ["readWebPage"],
}


async def put(caller: Caller, id: str, body: Json, match: str | None = None) -> Json:
    headers = {} if match is None else {"If-Match": match}
    answer = await caller.call("PUT", "agents", params={"id": id}, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    kept: Json = answer.json()
    return kept


async def test_a_profile_is_kept_read_replaced_and_deleted(anna: Caller) -> None:
    kept = await put(anna, "sceptic", SCEPTIC)
    assert {**kept, "updatedAt": None} == {
        **SCEPTIC, "id": "sceptic", "version": 1, "updatedAt": None,
    }  # fmt: skip
    assert await anna.got("agents", id="sceptic") == kept
    again = await put(anna, "sceptic", {"name": "Pro"})
    assert (again["name"], again["model"], again["version"]) == ("Pro", None, 2)
    assert (await anna.got("agents"))["agents"] == [again]
    gone = await anna.call("DELETE", "agents", params={"id": "sceptic"})
    assert gone.json() == {"deleted": "sceptic"}
    for method in ("GET", "DELETE"):
        missing = await anna.call(method, "agents", params={"id": "sceptic"})
        assert missing.status_code == 404


async def test_a_profile_as_it_was_read_can_be_put_back(anna: Caller) -> None:
    kept = await put(anna, "sceptic", SCEPTIC)
    again = await put(anna, "sceptic", kept)
    assert {**again, "version": 1, "updatedAt": kept["updatedAt"]} == kept


@pytest.mark.parametrize("match", ["1", '"1"', 'W/"1"', "*"])
async def test_a_change_of_the_version_that_was_read_is_taken(anna: Caller, match: str) -> None:
    await put(anna, "sceptic", SCEPTIC)
    assert (await put(anna, "sceptic", {"name": "Pro"}, match))["version"] == 2


@pytest.mark.parametrize("match", ["1", "3", '"x"', "", "1, 2"])
async def test_a_change_of_another_version_is_stale(anna: Caller, match: str) -> None:
    await put(anna, "sceptic", SCEPTIC)
    kept = await put(anna, "sceptic", {"name": "Pro"})
    for id in ("sceptic", "unknown"):
        headers = {"If-Match": match}
        answer = await anna.call("PUT", "agents", params={"id": id}, json=SCEPTIC, headers=headers)
        assert answer.status_code == 412
    assert (await anna.got("agents"))["agents"] == [kept]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x" * 61}, "name"),
        ({"name": " "}, "name"),
        ({"instructions": "x" * 20_001}, "instructions"),
        ({"provider": "mystery"}, "provider"),
        ({"temperature": 3}, "temperature"),
        ({"maxTokens": 0}, "maxTokens"),
        ({"stop": [""]}, "stop.0"),
        ({"tools": ["not a name"]}, "tools.0"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_profile_that_does_not_fit_is_refused(
    anna: Caller, change: Json, field: str
) -> None:
    answer = await anna.call("PUT", "agents", params={"id": "a"}, json={**SCEPTIC, **change})
    assert fields(answer) == [field]
    for id in ("", "x" * 65, "a b", "ä"):
        wrong = await anna.call("PUT", "agents", params={"id": id}, json=SCEPTIC)
        assert fields(wrong) == ["id"]


async def test_a_user_has_no_more_profiles_than_allowed_and_can_change_those(
    anna: Caller, home: Home
) -> None:
    store = PostgresProfiles(home.database)
    for number in range(MOST_PROFILES):
        await store.keep(anna.id, Profile(id=f"p-{number}", name="P"), version=None)
    full = await anna.call("PUT", "agents", params={"id": "one-more"}, json=SCEPTIC)
    assert full.status_code == 409
    assert (await put(anna, "p-7", SCEPTIC))["version"] == 2


async def test_nobody_sees_or_changes_the_profiles_of_others(anna: Caller, ben: Caller) -> None:
    kept = await put(anna, "sceptic", SCEPTIC)
    assert (await ben.got("agents"))["agents"] == []
    for method in ("GET", "DELETE"):
        theirs = await ben.call(method, "agents", params={"id": "sceptic"})
        nobodys = await ben.call(method, "agents", params={"id": "unknown"})
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    await put(ben, "sceptic", {"name": "Mine"})
    assert await anna.got("agents", id="sceptic") == kept


async def test_main_is_added_to_the_instructions_of_the_users_own_brain(
    anna: Caller, deployment: Deployment
) -> None:
    async def system(text: str) -> str:
        """Say a text and return the system message that the model got with it."""
        await deployment.direct(text, {"text": "Yes."})
        answer = await anna.call("POST", "voiceToBrain", json={"text": text})
        assert answer.json()["state"] == "done", answer.text
        [call] = await deployment.asked(text)
        return str(call["messages"][0]["content"])

    assert "pirate" not in await system(f"First, {anna.id}")
    await put(anna, "main", {"instructions": "Talk like a pirate."})
    assert "Talk like a pirate." in await system(f"Second, {anna.id}")
    await anna.call("DELETE", "agents", params={"id": "main"})
    assert "pirate" not in await system(f"Third, {anna.id}")
