"""The user's own things over HTTP: what all routes share, and the question that waits."""

from uuid import uuid4

import pytest

from brain.jobs.http.parts import NO_JOBS
from brain.routes.resources import resources
from brain.wiring import Wiring
from tests.routes.resources_stage import ACCOUNT, OWNER, SETTINGS, Caller, Home, titles
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_question_that_waits_is_given_until_it_is_decided(
    deployment: Deployment, anna: Caller
) -> None:
    assert await anna.got("questions") == {"question": None}
    made = await anna.kept("Diary", "Dear diary", typed=True)
    delete = {"name": "deleteDocument", "arguments": {"id": made["id"]}}
    word = uuid4().hex
    await deployment.direct(word, {"calls": [delete]}, {"text": "All right."})
    asked = (await anna.call("POST", "voiceToBrain", json={"text": f"Delete it {word}"})).json()
    assert "Shall I delete the document “Diary”" in asked["message"]["text"]
    told = ("id", "kind", "text", "question", "expiresAt", "createdAt")
    waiting = {name: asked["message"][name] for name in told}
    assert await anna.got("questions") == {"question": waiting}

    no = {"type": "reject", "questionId": asked["message"]["id"]}
    assert (await anna.call("POST", "control", json=no)).json()["state"] == "done"
    assert await anna.got("questions") == {"question": None}
    assert titles(await anna.got("documents")) == ["Diary"]


# ---- what all of them have in common


EVERY = [(method, name) for name, handlers in resources(Wiring({})).items() for method in handlers]


@pytest.mark.parametrize(("method", "name"), EVERY)
async def test_nothing_is_given_or_changed_without_a_token(
    home: Home, method: str, name: str
) -> None:
    answer = await home.http.request(method, f"/api/{name}", params={"id": "x"}, json={})
    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "no-store"


# Bodies that each of these routes takes.
SCENARIO = {"name": "Dinner", "opening": "tell anna", "goal": "Anna is told."}
BODIES: dict[tuple[str, str], Json] = {
    ("POST", "documents"): {"title": "Note", "body": "milk"},
    ("PUT", "documents"): {"id": "a" * 16, "version": "1"},
    ("PATCH", "documents"): {"find": "milk", "replace": "bread"},
    ("POST", "edits"): {"document": "a" * 16, "do": "undo", "place": 1},
    ("PATCH", "emails"): {"unread": False},
    ("PUT", "rules"): {"id": "a" * 16, "about": "when Anna writes", "from": "Anna"},
    ("POST", "jobs"): {"tasks": [{"title": "Look", "brief": "Look at it."}]},
    ("POST", "battles/start"): {"agents": [{"name": "Pro"}, {"name": "Con"}], "goal": "Find out."},
    ("POST", "scale/start"): {"scenarios": [SCENARIO]},
    ("POST", "jobs/:id/labels"): {"run": 0, "item": "x", "verdict": "yes"},
    ("PUT", "agents"): {"instructions": "Be brief."},
    ("POST", "scenarios"): SCENARIO,
    ("PUT", "scenarios"): SCENARIO,
}
WITHOUT_DATABASE = (
    "questions",
    "assist",
    "push",
    "reminders",
    "erase",
    "export",
)  # these work all the same


NOWHERE = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x", **ACCOUNT}


@pytest.mark.parametrize(("method", "name"), [("GET", "export"), ("POST", "erase")])
async def test_the_log_is_the_users_own_also_without_a_database(
    deployment: Deployment, method: str, name: str
) -> None:
    body = {"scope": "all", "confirm": OWNER}
    for env, status in (({}, 200), (NOWHERE, 503)):
        async with deployment.changed(**env) as http:
            answer = await Caller(id=OWNER, http=http).call(method, name, json=body)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("method", "name"), [every for every in EVERY if every[1] not in WITHOUT_DATABASE]
)
async def test_without_a_database_or_with_one_that_is_away_it_is_said_so(
    deployment: Deployment, method: str, name: str
) -> None:
    body = BODIES.get(
        (method, name), {} if name.endswith(("/stop", "/pause", "/resume")) else SETTINGS
    )
    asked = {"id": "a" * 16, "document": "a" * 16, "run": "0"}
    path = name.replace(":id", "a" * 26)
    for env, status in (({}, 404), (NOWHERE, 503)):
        async with deployment.changed(**env) as http:
            caller = Caller(id=OWNER, http=http)
            answer = await caller.call(method, path, params=asked, json=body)
        assert answer.status_code == status, answer.text
        if status == 404:
            title = answer.json()["title"]
            assert title.startswith(("This deployment has no database, so it has no", NO_JOBS))


@pytest.mark.parametrize("name", ["documents", "facts", "rules"])
async def test_what_is_to_be_deleted_must_be_named(anna: Caller, name: str) -> None:
    answer = await anna.call("DELETE", name)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "id", "message": "is missing"}]


@pytest.mark.parametrize(
    ("name", "query"),
    [("documents", {"limit": 101}), ("facts", {"limit": 0}), ("facts", {"offset": -1})],
)
async def test_a_list_has_its_bounds(anna: Caller, name: str, query: Json) -> None:
    assert (await anna.call("GET", name, params=query)).status_code == 422


@pytest.mark.parametrize("id", ["", "nothing", "z" * 16, "\0", "' or true --", "猫"])
async def test_an_id_of_any_characters_is_answered(anna: Caller, owner: Caller, id: str) -> None:
    for caller, name in ((anna, "documents"), (owner, "emails")):
        assert (await caller.call("GET", name, params={"id": id})).status_code == 404
