"""Stopping, pausing, telling, labelling and deleting jobs; and what strangers are told."""

import pytest

from tests.jobs.routes.stage import (
    SCALE,
    STARTS,
    begun,
    ended,
    fields,
    store,
)
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

THREE: Json = {"tasks": [{"title": name, "brief": "Look."} for name in ("A", "B", "C")]}
NOBODY = "0" * 26


async def stopped(caller: Caller, job: str, way: str, mind: int | None = None) -> Json:
    """Stop in one of the two ways, and return the answer."""
    named = {} if mind is None else {"mind": mind}
    if way == "control":
        body = {"type": "stop", "job": job, **named}
        answer = await caller.call("POST", "control", json=body)
    else:
        answer = await caller.call("POST", f"{way}/{job}/stop", json=named)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def heard(caller: Caller, mind: str) -> list[str]:
    """Return the texts that a mind was told."""
    page = await caller.got("messages", mind=mind)
    return [one["text"] for one in page["messages"] if one["role"] == "user"]


@pytest.mark.parametrize("way", ["control", "jobs", "battles", "scale"])
async def test_a_stop_says_what_was_stopped_and_again_that_nothing_is_left(
    anna: Caller, home: Home, way: str
) -> None:
    job = (await begun(anna, body=THREE))["jobId"]
    first = await stopped(anna, job, way)
    assert first == {
        "jobId": job, "state": "stopped", "stopped": [0, 1, 2], "finished": [], "status": "stopped",
    }  # fmt: skip
    again = await stopped(anna, job, way)
    assert again == {**first, "stopped": [], "finished": again["finished"]}
    state = await anna.got(f"jobs/{job}/status")
    assert {run["status"] for run in state["runs"]} == {"stopped"}
    assert (state["status"], state["failed"]) == ("stopped", 3)


@pytest.mark.parametrize("mind", [3, 2**31, 2**53 - 1])
async def test_a_mind_that_a_job_does_not_have_is_unknown_however_large_its_number(
    anna: Caller, mind: int
) -> None:
    job = (await begun(anna, body=THREE))["jobId"]
    control = {"type": "stop", "job": job, "mind": mind}
    assert (await anna.call("POST", "control", json=control)).status_code == 404
    answer = await anna.call("POST", f"jobs/{job}/stop", json={"mind": mind})
    assert answer.status_code == 404


@pytest.mark.parametrize("way", ["control", "jobs"])
async def test_one_mind_is_stopped_and_the_others_go_on(anna: Caller, way: str) -> None:
    job = (await begun(anna, body=THREE))["jobId"]
    found = await stopped(anna, job, way, 1)
    assert (found["stopped"], found["status"]) == ([1], "queued")
    state = await anna.got(f"jobs/{job}/status")
    assert [run["status"] for run in state["runs"]] == ["queued", "stopped", "queued"]


async def test_a_stop_without_a_body_stops_all(anna: Caller) -> None:
    job = (await begun(anna))["jobId"]
    empty = {"content": b"", "headers": {"Content-Type": "application/json"}}
    for options in ({}, empty):
        answer = await anna.call("POST", f"jobs/{job}/stop", **options)
        assert answer.status_code == 200, answer.text
    assert (await anna.got(f"jobs/{job}/status"))["status"] == "stopped"


async def test_a_stop_has_to_fit(anna: Caller) -> None:
    job = (await begun(anna))["jobId"]
    assert fields(await anna.call("POST", f"jobs/{job}/stop", json={"mind": -1})) == ["mind"]
    unknown = await anna.call("POST", f"jobs/{job}/stop", json={"mind": 7})
    assert unknown.status_code == 404
    for body in ({"mind": 1}, {"job": job, "runId": "x"}):
        answer = await anna.call("POST", "control", json={"type": "stop", **body})
        assert answer.status_code == 422
    assert (await anna.got(f"jobs/{job}/status"))["status"] == "queued"


async def test_helpers_are_never_paused(anna: Caller) -> None:
    job = (await begun(anna))["jobId"]
    for verb in ("pause", "resume"):
        assert (await anna.call("POST", f"jobs/{job}/{verb}")).status_code == 409


async def test_a_rehearsal_pauses_and_goes_on_and_not_once_it_has_ended(
    anna: Caller, home: Home
) -> None:
    job = (await begun(anna, "scale/start", SCALE))["jobId"]
    for verb, status in (("pause", "paused"), ("pause", "paused"), ("resume", None)):
        answer = await anna.call("POST", f"scale/{job}/{verb}")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["jobId"] == job
        assert found["status"] == status or (status is None and found["status"] != "paused")
    await stopped(anna, job, "scale")
    assert (await anna.call("POST", f"scale/{job}/pause")).status_code == 409


async def test_a_text_for_a_mind_is_in_its_log_once(anna: Caller) -> None:
    [mind] = (await begun(anna))["conversationIds"]
    body = {"text": "Look at breakfast too.", "messageId": "say-breakfast", "mind": mind}
    for _ in range(2):
        answer = await anna.call("POST", "voiceToBrain", json=body)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said["state"] in ("recorded", "running")
        assert (said["message"], said["mind"]) == (None, mind)
    assert await heard(anna, mind) == ["Compare the three hotels of the list.", body["text"]]
    assert (await anna.got("messages"))["messages"] == []


async def test_a_text_for_a_job_reaches_all_its_open_minds(anna: Caller) -> None:
    started = await begun(anna, body=THREE)
    await stopped(anna, started["jobId"], "jobs", 0)
    body = {"text": "Hurry.", "job": started["jobId"]}
    answer = await anna.call("POST", "voiceToBrain", json=body)
    assert (answer.status_code, answer.json()["job"]) == (200, started["jobId"])
    said = [await heard(anna, mind) for mind in started["conversationIds"]]
    assert said == [[], ["Look.", "Hurry."], ["Look.", "Hurry."]]


async def test_an_ended_mind_hears_nothing(anna: Caller) -> None:
    started = await begun(anna)
    await stopped(anna, started["jobId"], "jobs")
    for named in ({"mind": started["conversationIds"][0]}, {"job": started["jobId"]}):
        answer = await anna.call("POST", "voiceToBrain", json={"text": "Hello?", **named})
        assert answer.status_code == 409, answer.text


async def test_the_status_of_a_mind_is_asked_by_its_id(anna: Caller) -> None:
    [mind] = (await begun(anna))["conversationIds"]
    assert (await anna.got("status", mind=mind))["state"] == "idle"


async def test_a_label_is_kept_and_replaced(anna: Caller, home: Home) -> None:
    job = (await begun(anna, "scale/start", SCALE))["jobId"]
    label = {"run": 0, "item": "is polite", "verdict": "yes"}
    early = await anna.call("POST", f"jobs/{job}/labels", json=label)
    assert early.status_code == 409
    lines = [{"item": "is polite", "verdict": "yes"}]
    await ended(home, anna, job, verdict={"outcome": "passed", "rubric": lines})
    for verdict in ("yes", "no"):
        body = {**label, "verdict": verdict}
        answer = await anna.call("POST", f"jobs/{job}/labels", json=body)
        assert (answer.status_code, answer.json()["label"]) == (200, verdict)
    [run] = (await anna.got(f"jobs/{job}/report"))["runs"]
    assert run["verdict"]["rubric"][0]["label"] == "no"
    for change, field in (
        ({"run": 3}, "run"),
        ({"item": "x"}, "item"),
        ({"verdict": "?"}, "verdict"),
    ):
        answer = await anna.call("POST", f"jobs/{job}/labels", json={**label, **change})
        assert fields(answer) == [field]


async def test_only_an_ended_job_is_deleted_and_then_it_is_gone(anna: Caller, home: Home) -> None:
    job = (await begun(anna))["jobId"]
    assert (await anna.call("DELETE", "jobs", params={"id": job})).status_code == 409
    await ended(home, anna, job)
    await store(home).finish(anna.id, job)
    gone = await anna.call("DELETE", "jobs", params={"id": job})
    assert (gone.status_code, gone.json()) == (200, {"deleted": job})
    assert (await anna.call("GET", f"jobs/{job}/status")).status_code == 404
    assert (await anna.call("DELETE", "jobs", params={"id": job})).status_code == 404
    assert fields(await anna.call("DELETE", "jobs")) == ["id"]


def requests_about(job: str, mind: str) -> list[tuple[str, str, Json]]:
    """Return all requests that name a job or a mind: method, path, and options."""
    label = {"run": 0, "item": "is polite", "verdict": "yes"}
    of_job: list[tuple[str, str, Json]] = [
        ("GET", f"{family}/{job}/{verb}", {})
        for family in ("battles", "scale", "jobs")
        for verb in ("status", "report")
    ]
    steering: list[tuple[str, str, Json]] = [
        ("POST", f"{family}/{job}/{verb}", {})
        for family in ("battles", "scale", "jobs")
        for verb in ("stop", "pause", "resume")
    ]
    return [
        *of_job,
        *steering,
        ("GET", f"battles/{mind}/messages", {}),
        ("GET", f"jobs/{job}/steps", {"params": {"run": 0}}),
        ("POST", f"jobs/{job}/stop", {"json": {"mind": 0}}),
        ("POST", f"jobs/{job}/labels", {"json": label}),
        ("POST", "control", {"json": {"type": "stop", "job": job}}),
        ("POST", "control", {"json": {"type": "stop", "job": job, "mind": 0}}),
        ("DELETE", "jobs", {"params": {"id": job}}),
        ("GET", "messages", {"params": {"mind": mind}}),
        ("GET", "status", {"params": {"mind": mind}}),
        ("GET", "stream", {"params": {"mind": mind}}),
        ("POST", "voiceToBrain", {"json": {"text": "Hello", "mind": mind}}),
        ("POST", "voiceToBrain", {"json": {"text": "Hello", "job": job}}),
        ("POST", "scale/start", {"json": {"again": job, "instructions": "Be brief."}}),
    ]


@pytest.mark.parametrize(("path", "body"), STARTS)
async def test_a_stranger_is_told_the_same_as_for_a_job_that_never_existed(
    anna: Caller, ben: Caller, home: Home, path: str, body: Json
) -> None:
    started = await begun(anna, path, body)
    job, [mind] = started["jobId"], started["conversationIds"]
    lines = [{"item": "is polite", "verdict": "yes"}]
    await ended(home, anna, job, verdict={"outcome": "passed", "rubric": lines})
    before = await anna.got(f"jobs/{job}/status")
    asked = zip(requests_about(job, mind), requests_about(NOBODY, f"mind:{NOBODY}:0"), strict=True)
    for (method, path, options), (_, other, other_options) in asked:
        theirs = await ben.call(method, path, **options)
        nobodys = await ben.call(method, other, **other_options)
        assert theirs.status_code == nobodys.status_code == 404, (method, path, theirs.text)
        assert theirs.content == nobodys.content
    assert (await ben.got("jobs"))["jobs"] == []
    assert await anna.got(f"jobs/{job}/status") == before


@pytest.mark.parametrize("id", ["mind:x", "mind::", "mind:" + "a" * 300, "mind:\u0000:0", "x"])
async def test_an_id_that_is_none_is_answered_like_an_unknown_one(anna: Caller, id: str) -> None:
    for path in ("messages", "status"):
        assert (await anna.call("GET", path, params={"mind": id})).status_code == 404
