"""The routes that show jobs: status, report, messages, steps, and the list."""

import httpx
import pytest

from brain.jobs.model import MindOutcome
from tests.jobs.routes.stage import (
    AGENTS,
    SCALE,
    STARTS,
    TASKS,
    begun,
    ended,
    fields,
    store,
)
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

FAMILIES = ("battles", "scale", "jobs")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("path", "body"), STARTS)
async def test_every_family_shows_every_kind_of_job(
    anna: Caller, family: str, path: str, body: Json
) -> None:
    started = await begun(anna, path, body)
    state = await anna.got(f"{family}/{started['jobId']}/status", id="ignored")
    assert (state["jobId"], state["runId"]) == (started["jobId"], started["jobId"])
    assert (state["status"], state["progress"], state["total"]) == ("queued", 0, 1)
    assert state["conversationIds"] == started["conversationIds"]
    [run] = state["runs"]
    assert (run["n"], run["conversationId"]) == (0, started["conversationIds"][0])
    assert (run["status"], run["loop"], run["activity"]) == ("queued", None, None)


async def test_the_status_counts_what_has_ended(anna: Caller, home: Home) -> None:
    tasks = [{"title": name, "brief": "Look."} for name in ("A", "B", "C")]
    started = await begun(anna, body={"tasks": tasks})
    jobs, minds = store(home), started["conversationIds"]
    await jobs.begin(minds[0])
    done = MindOutcome(status="complete", reason="done", tokens_in=700, tokens_out=300, turns=4)
    await jobs.settle(minds[0], done)
    await jobs.settle(minds[1], MindOutcome(status="failed", reason="model"))
    state = await anna.got(f"jobs/{started['jobId']}/status")
    assert (state["status"], state["completed"], state["failed"]) == ("running", 1, 1)
    assert (state["progress"], state["tokens"]) == (67, 1000)
    reasons = [(run["status"], run["endedReason"]) for run in state["runs"]]
    assert reasons == [("complete", "done"), ("failed", "model"), ("queued", None)]
    assert state["runs"][0]["turns"] == 4


async def test_a_poll_asks_the_store_twice_however_many_minds_run(
    anna: Caller, home: Home, deployment: Deployment
) -> None:
    tasks = [{"title": f"Task {n}", "brief": "Look."} for n in range(10)]
    started = await begun(anna, body={"tasks": tasks})
    for mind in started["conversationIds"]:
        await store(home).begin(mind)
    path, url = f"jobs/{started['jobId']}/status", deployment.env["UPSTASH_REDIS_REST_URL"]
    await anna.got(path)
    async with httpx.AsyncClient(base_url=url) as http:
        await http.post("/_local/counts/reset")
        state = await anna.got(path)
        counts = (await http.get("/_local/counts")).json()
    assert [run["loop"] for run in state["runs"]] == [0] * 10
    assert counts["requests"] == 2  # the user is here; what the minds do


@pytest.mark.parametrize(("path", "body"), STARTS)
async def test_the_status_has_no_text_of_a_conversation_or_of_instructions(
    anna: Caller, home: Home, path: str, body: Json
) -> None:
    secret = "xylophone"
    agents = [{**agent, "instructions": secret} for agent in AGENTS]
    texts: dict[str, Json] = {
        "jobs": {"tasks": [{**TASKS[0], "brief": secret}]},
        "battles/start": {"agents": agents, "goal": secret, "opening": secret},
        "scale/start": {"instructions": secret},
    }
    started = await begun(anna, path, {**body, **texts[path]})
    verdict = {"outcome": "passed", "rubric": [{"item": secret, "verdict": "yes"}]}
    await ended(home, anna, started["jobId"], result=secret, needs=secret, verdict=verdict)
    answer = await anna.call("GET", f"jobs/{started['jobId']}/status")
    assert secret not in answer.text
    assert answer.json()["runs"][0]["verdict"] == "passed"


async def test_nothing_in_the_status_of_an_ended_job_changes_by_itself(
    anna: Caller, home: Home
) -> None:
    started = await begun(anna)
    await ended(home, anna, started["jobId"])
    path = f"jobs/{started['jobId']}/status"
    first = await anna.call("GET", path)
    assert first.headers["cache-control"] == "no-store"
    again = await anna.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-store"
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_report_is_there_once_it_is_ready(anna: Caller, home: Home) -> None:
    started = await begun(anna)
    path = f"jobs/{started['jobId']}/report"
    assert (await anna.call("GET", path)).status_code == 404
    await ended(home, anna, started["jobId"], foreign=True)
    report = await anna.got(path)
    assert (report["headline"], report["writtenBy"]) == ("The Astoria is best.", "model")
    assert (report["foreign"], report["missing"]) == (True, [])
    assert report["metrics"]["passRate"] is None
    [run] = report["runs"]
    assert (run["result"], run["complete"], run["endedReason"]) == ("Found.", True, "done")
    assert not {"verdict", "effects", "seed"} & set(run)
    assert (await anna.got(f"jobs/{started['jobId']}/status"))["reportReady"]


async def test_a_report_names_what_is_missing_and_why(anna: Caller, home: Home) -> None:
    started = await begun(anna)
    await ended(home, anna, started["jobId"], status="failed", reason="tokens", result="Half.")
    report = await anna.got(f"jobs/{started['jobId']}/report")
    assert report["missing"] == [{"n": 0, "label": "Hotels", "reason": "tokens"}]
    assert (report["runs"][0]["complete"], report["runs"][0]["result"]) == (False, "Half.")


EFFECT = b"""
    insert into brain.effects (mind_id, key, seq, tool, arguments, result)
    values (%(mind)s, 'k', 5, 'sendEmail', '{"to": ["anna@example.org"]}', 'Sent.')
"""
STEP = b"""
    insert into brain.steps (mind_id, run_id, place, entry)
    values (%(mind)s, 'run', 1, '{"b": 2}'), (%(mind)s, 'run', 0, '{"a": 1}')
"""


async def test_a_rehearsals_report_has_verdicts_with_labels_and_effects(
    anna: Caller, home: Home
) -> None:
    started = await begun(anna, "scale/start", SCALE)
    job, [mind] = started["jobId"], started["conversationIds"]
    lines = [{"item": "is polite", "verdict": "unsure", "votes": ["yes", "no", "cannotTell"]}]
    verdict = {"outcome": "unsure", "expect": [], "rubric": lines}
    await home.database.run(lambda connection: connection.execute(EFFECT, {"mind": mind}))
    await ended(home, anna, job, verdict=verdict)
    label = {"run": 0, "item": "is polite", "verdict": "yes"}
    assert (await anna.call("POST", f"jobs/{job}/labels", json=label)).status_code == 200
    [run] = (await anna.got(f"scale/{job}/report"))["runs"]
    assert run["verdict"]["rubric"] == [{**lines[0], "label": "yes"}]
    assert run["effects"] == [
        {"seq": 5, "tool": "sendEmail", "arguments": {"to": ["anna@example.org"]},
         "result": "Sent."}
    ]  # fmt: skip
    assert run["seed"] == 1


async def test_the_steps_of_a_rehearsed_brain_are_in_order(anna: Caller, home: Home) -> None:
    started = await begun(anna, "scale/start", SCALE)
    job, [mind] = started["jobId"], started["conversationIds"]
    await home.database.run(lambda connection: connection.execute(STEP, {"mind": mind}))
    assert await anna.got(f"jobs/{job}/steps", run=0) == {"steps": [{"a": 1}, {"b": 2}]}
    assert fields(await anna.call("GET", f"jobs/{job}/steps")) == ["run"]
    missing = await anna.call("GET", f"jobs/{job}/steps", params={"run": 5})
    assert missing.status_code == 404


async def test_jobs_are_listed_newest_first_without_their_runs(anna: Caller) -> None:
    tasks = [{"title": name, "brief": "Look."} for name in ("A", "B", "C")]
    first = await begun(anna, title="First")
    second = await begun(anna, body={"tasks": tasks}, title="Second")
    listed = (await anna.got("jobs"))["jobs"]
    ids = [job["conversationIds"] for job in listed]
    assert ids == [second["conversationIds"], first["conversationIds"]]
    state = await anna.got(f"jobs/{second['jobId']}/status")
    assert set(state) - set(listed[0]) == {"runs"}
    assert [job["title"] for job in listed] == ["Second", "First"]
    assert "runs" not in listed[0]
    assert [job["title"] for job in (await anna.got("jobs", limit=1))["jobs"]] == ["Second"]
    assert fields(await anna.call("GET", "jobs", params={"limit": 0})) == ["limit"]


@pytest.mark.parametrize("family", FAMILIES)
async def test_the_log_of_a_mind_is_read_in_order_with_who_speaks(
    anna: Caller, home: Home, family: str
) -> None:
    started = await begun(anna)
    [mind] = started["conversationIds"]
    said = await anna.call("POST", "voiceToBrain", json={"text": "Be brief.", "mind": mind})
    assert said.status_code == 200, said.text
    page = await anna.got(f"{family}/{mind}/messages", sinceSeq=0, limit=2, id="ignored")
    assert [(one["seq"], one["role"], one["speaker"], one["text"]) for one in page["messages"]] == [
        (1, "user", None, TASKS[0]["brief"]),
        (2, "user", None, "Be brief."),
    ]
    assert page["nextSince"] == 2
    answer = await anna.call("GET", f"{family}/{mind}/messages")
    tag = {"If-None-Match": answer.headers["etag"]}
    again = await anna.call("GET", f"{family}/{mind}/messages", headers=tag)
    assert again.status_code == 304
    assert fields(await anna.call("GET", f"{family}/{mind}/messages", params={"limit": 0}))
