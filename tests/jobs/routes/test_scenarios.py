"""/api/scenarios: what rehearsals play."""

import pytest

from brain.jobs.plans.postgres import PostgresScenarios
from brain.jobs.plans.things import MOST_SCENARIOS, KeptScenario
from tests.jobs.routes.stage import SCENARIO, begun, fields, store
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def added(caller: Caller, body: Json) -> Json:
    answer = await caller.call("POST", "scenarios", json=body)
    assert answer.status_code == 201, answer.text
    kept: Json = answer.json()
    return kept


async def own(caller: Caller) -> list[Json]:
    every = (await caller.got("scenarios"))["scenarios"]
    return [one for one in every if one["source"] != "builtin"]


async def test_a_scenario_is_kept_changed_played_and_deleted(anna: Caller, home: Home) -> None:
    kept = await added(anna, SCENARIO)
    assert (kept["name"], kept["scenario"], kept["source"]) == ("Dinner", SCENARIO, "written")
    assert await anna.got("scenarios", id=kept["id"]) == kept
    named = {"id": kept["id"]}
    other = {**SCENARIO, "name": "Lunch"}
    changed = await anna.call("PUT", "scenarios", params=named, json=other)
    assert (changed.status_code, changed.json()["name"]) == (200, "Lunch")
    assert changed.json()["digest"] != kept["digest"]
    started = await begun(anna, "scale/start", {"scenarios": [kept["id"]]})
    [mind] = await store(home).minds(anna.id, started["jobId"])
    assert mind.scenario == other
    gone = await anna.call("DELETE", "scenarios", params=named)
    assert gone.json() == {"deleted": kept["id"]}
    for method in ("GET", "DELETE"):
        assert (await anna.call(method, "scenarios", params=named)).status_code == 404
    assert (await anna.call("PUT", "scenarios", params=named, json=other)).status_code == 404


async def test_built_in_scenarios_are_there_and_cannot_be_changed(anna: Caller) -> None:
    built_in = (await anna.got("scenarios"))["scenarios"]
    assert len(built_in) == 8
    assert all(one["id"].startswith("builtin-") for one in built_in)
    named = {"id": built_in[0]["id"]}
    assert (await anna.got("scenarios", **named))["name"] == built_in[0]["name"]
    changes: tuple[tuple[str, Json], ...] = (("PUT", {"json": SCENARIO}), ("DELETE", {}))
    for method, body in changes:
        answer = await anna.call(method, "scenarios", params=named, **body)
        assert answer.status_code == 409
        unknown = await anna.call(method, "scenarios", params={"id": "builtin-x"}, **body)
        assert unknown.status_code == 404


async def test_a_scenario_with_an_unknown_key_is_refused(anna: Caller) -> None:
    for change, field in (
        ({"wrold": {}}, "wrold"),
        ({"world": {"page": {}}}, "world.page"),
        ({"opening": ""}, "opening"),
    ):
        answer = await anna.call("POST", "scenarios", json={**SCENARIO, **change})
        assert fields(answer) == [field]
    assert await own(anna) == []


async def test_a_user_has_no_more_scenarios_than_allowed(anna: Caller, home: Home) -> None:
    kept = PostgresScenarios(home.database)
    for number in range(MOST_SCENARIOS):
        one = KeptScenario(
            id=f"s-{number}", name="S", scenario=SCENARIO, digest="d", source="written",
            updated_at=None,
        )  # fmt: skip
        await kept.keep(anna.id, one, is_new=True)
    answer = await anna.call("POST", "scenarios", json=SCENARIO)
    assert answer.status_code == 409


async def test_a_scenario_of_a_newer_version_is_listed_and_not_played(
    anna: Caller, home: Home
) -> None:
    newer = KeptScenario(
        id="newer",
        name="Newer",
        scenario={**SCENARIO, "weather": "rain"},
        digest="0",
        source="written",
        updated_at=None,
    )
    await PostgresScenarios(home.database).keep(anna.id, newer, is_new=True)
    assert "newer" in [one["id"] for one in (await anna.got("scenarios"))["scenarios"]]
    answer = await anna.call("POST", "scale/start", json={"scenarios": ["newer"]})
    assert fields(answer) == ["scenarios"]


async def test_nobody_sees_or_changes_the_scenarios_of_others(anna: Caller, ben: Caller) -> None:
    kept = await added(anna, SCENARIO)
    assert await own(ben) == []
    for method, body in (("GET", {}), ("PUT", {"json": SCENARIO}), ("DELETE", {})):
        theirs = await ben.call(method, "scenarios", params={"id": kept["id"]}, **body)
        nobodys = await ben.call(method, "scenarios", params={"id": "unknown"}, **body)
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    played = await ben.call("POST", "scale/start", json={"scenarios": [kept["id"]]})
    assert played.status_code == 404
    assert await own(anna) == [kept]


async def test_a_scenario_is_drafted_from_the_talk_around_a_message(
    anna: Caller, deployment: Deployment
) -> None:
    first, second = f"Write to Anna, {anna.id}", f"Not today, {anna.id}"
    for text in (first, second):
        await deployment.direct(text, {"text": "A secret of the brain."})
        answer = await anna.call("POST", "voiceToBrain", json={"text": text})
        assert answer.json()["state"] == "done", answer.text
    seq = answer.json()["message"]["seq"]
    kept = await added(anna, {"fromSeq": seq})
    assert kept["source"] == "talk"
    assert kept["scenario"]["opening"] == first
    assert any(second in habit for habit in kept["scenario"]["habits"])
    assert "secret" not in str(kept)
    assert await own(anna) == [kept]
    missing = await anna.call("POST", "scenarios", json={"fromSeq": 999})
    assert missing.status_code == 404
    assert fields(await anna.call("POST", "scenarios", json={"fromSeq": 0})) == ["fromSeq"]
