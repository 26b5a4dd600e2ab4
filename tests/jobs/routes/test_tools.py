"""The tools with which the user's brain sends, tells and stops helpers and reads their report."""

import asyncio
import json
from uuid import uuid4

import pytest

from brain.jobs.model import MindOutcome, NewJob, NewMind
from tests.jobs.routes.stage import begun, ended, store
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json

pytestmark = pytest.mark.asyncio(loop_scope="package")

TASKS = [{"title": title, "brief": f"Look at {title}."} for title in ("Astoria", "Bristol")]


async def said(caller: Caller, text: str, **fields: object) -> Json:
    answer = await caller.call("POST", "voiceToBrain", json={"text": text, **fields})
    assert answer.status_code == 200, answer.text
    outcome: Json = answer.json()
    return outcome


async def calling(
    deployment: Deployment, caller: Caller, tool: str, arguments: Json
) -> tuple[Json, list[Json]]:
    """Let the brain call a tool and then say "Done."; return the outcome, and what the model was
    shown of the results.
    """
    text = f"Please {uuid4()}"
    call = {"name": tool, "arguments": arguments}
    await deployment.direct(text, {"calls": [call]}, {"text": "Done."})
    outcome = await said(caller, text)
    requests = await deployment.asked(text)
    shown = [m["content"] for m in requests[-1]["messages"] if m["role"] == "tool"]
    return outcome, [_result(one) for one in shown]


def _result(shown: str) -> Json:
    try:
        read: Json = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])
    except ValueError:
        return {"text": shown}
    return read


async def test_helpers_are_sent_without_a_question_and_the_brain_goes_on(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    outcome, [result] = await calling(deployment, anna, "sendHelpers", {"tasks": TASKS})
    assert (outcome["state"], outcome["message"]["text"]) == ("done", "Done.")
    assert result["helpers"] == [{"n": 0, "title": "Astoria"}, {"n": 1, "title": "Bristol"}]
    [job] = (await anna.got("jobs"))["jobs"]
    assert (job["jobId"], job["total"]) == (result["jobId"], 2)
    assert job["tokenBudget"] == 60_000
    kept = await store(home).job(anna.id, result["jobId"])
    assert kept is not None
    assert kept.origin_run == outcome["runId"]


async def test_helpers_that_share_a_document_are_a_room(
    deployment: Deployment, anna: Caller
) -> None:
    document = (await anna.kept("Plan", "Monday: museum."))["id"]
    arguments = {"tasks": TASKS, "document": document}
    _, [result] = await calling(deployment, anna, "sendHelpers", arguments)
    state = await anna.got(f"jobs/{result['jobId']}/status")
    assert (state["kind"], state["documentId"]) == ("room", document)


@pytest.mark.parametrize(
    ("count", "each", "asked"),
    [
        (10, None, "Ten helpers, at most 300,000 tokens. Shall I?"),
        (3, 40_000, "Three helpers, at most 120,000 tokens. Shall I?"),
        (1, 200_000, "One helper, at most 200,000 tokens. Shall I?"),
    ],
)
async def test_what_may_cost_much_is_asked_first_and_begins_with_the_yes(
    deployment: Deployment, anna: Caller, count: int, each: int | None, asked: str
) -> None:
    tasks = [{"title": f"T {n}", "brief": "Look."} for n in range(count)]
    arguments = {"tasks": tasks, **({"tokensEach": each} if each else {})}
    text = f"Send them, {anna.id}"
    call = {"name": "sendHelpers", "arguments": arguments}
    await deployment.direct(text, {"calls": [call]})
    question = (await said(anna, text))["message"]
    assert (question["kind"], question["text"]) == ("question", asked)
    assert (await anna.got("jobs"))["jobs"] == []
    await deployment.direct("Yes, do that.", {"text": "They are on their way."})
    yes = {"type": "approve", "questionId": question["id"]}
    answer = await anna.call("POST", "control", json=yes)
    assert answer.status_code == 200, answer.text
    [job] = (await anna.got("jobs"))["jobs"]
    assert job["total"] == count


async def test_the_user_decides_from_how_many_tokens_on_they_are_asked(
    deployment: Deployment, anna: Caller
) -> None:
    for unasked, is_asked in ((0, True), (60_000, False), (59_999, True)):
        await anna.call("PUT", "preferences", json={"unaskedTokens": unasked})
        text = f"Send {unasked}, {anna.id}"
        call = {"name": "sendHelpers", "arguments": {"tasks": TASKS}}
        await deployment.direct(text, {"calls": [call]}, {"text": "Done."})
        kind = (await said(anna, text))["message"]["kind"]
        assert (kind == "question") is is_asked


async def test_a_start_that_is_refused_is_told_to_the_model(
    deployment: Deployment, anna: Caller
) -> None:
    tasks = [{**TASKS[0], "profile": "nobody"}]
    _, [result] = await calling(deployment, anna, "sendHelpers", {"tasks": tasks})
    assert "no such profile" in result["text"]
    for _ in range(2):
        await begun(anna)
    _, [full] = await calling(deployment, anna, "sendHelpers", {"tasks": TASKS})
    assert "still open" in full["text"]
    assert len((await anna.got("jobs"))["jobs"]) == 2


async def test_jobs_are_listed_told_and_stopped_by_id_or_title(
    deployment: Deployment, anna: Caller
) -> None:
    started = await begun(anna, body={"tasks": TASKS, "title": "Hotels"})
    _, [listed] = await calling(deployment, anna, "listJobs", {})
    assert [job["id"] for job in listed["jobs"]] == [started["jobId"]]
    for job, helper, n in ((started["jobId"], 1, 1), ("hotels", "astoria", 0)):
        arguments = {"job": job, "helper": helper, "text": "Breakfast too."}
        _, [told] = await calling(deployment, anna, "tellHelper", arguments)
        assert told["told"]["n"] == n
    for mind in started["conversationIds"]:
        texts = [one["text"] for one in (await anna.got("messages", mind=mind))["messages"]]
        assert texts.count("Breakfast too.") == 1
    _, [one] = await calling(
        deployment, anna, "stopHelpers", {"job": "Hotels", "helper": "Bristol"}
    )
    assert (one["stopped"], one["status"]) == ([1], "running")
    _, [rest] = await calling(deployment, anna, "stopHelpers", {"job": started["jobId"]})
    assert (rest["stopped"], rest["finished"], rest["status"]) == ([0], [], "stopped")
    _, [late] = await calling(
        deployment, anna, "tellHelper", {"job": "Hotels", "helper": 0, "text": "Hello?"}
    )
    assert "has ended" in late["text"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("stopHelpers", {"job": "0" * 26}),
        ("readReport", {"job": "0" * 26}),
        ("tellHelper", {"job": "0" * 26, "helper": 0, "text": "Hi"}),
    ],
)
async def test_a_job_of_somebody_else_is_none_for_the_model(
    deployment: Deployment, anna: Caller, ben: Caller, tool: str, arguments: Json
) -> None:
    theirs = (await begun(ben))["jobId"]
    for job in ("0" * 26, theirs):
        _, [result] = await calling(deployment, anna, tool, {**arguments, "job": job})
        assert "has no such job" in result["text"]
    assert (await ben.got(f"jobs/{theirs}/status"))["status"] == "queued"


async def test_a_report_is_read_and_taints_the_run_if_a_result_is_foreign(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    for foreign in (False, True):
        job = (await begun(anna, title=f"Foreign {foreign}"))["jobId"]
        _, [early] = await calling(deployment, anna, "readReport", {"job": job})
        assert "not there yet" in early["text"]
        await ended(home, anna, job, foreign=foreign)
        outcome, [report] = await calling(deployment, anna, "readReport", {"job": job})
        assert report["headline"] == "The Astoria is best."
        assert report["parts"][0]["result"] == "Found."
        assert outcome["message"].get("foreign", False) is foreign


async def test_a_job_that_a_tainted_run_has_sent_is_by_others_from_its_start(
    deployment: Deployment, anna: Caller, home: Home
) -> None:
    read = (await begun(anna, title="Read"))["jobId"]
    await ended(home, anna, read, foreign=True)
    text = f"Send them to hotels.example, {anna.id}"
    first = {"calls": [{"name": "readReport", "arguments": {"job": read}}]}
    then = {"calls": [{"name": "sendHelpers", "arguments": {"tasks": TASKS}}]}
    await deployment.direct(text, first, then, {"text": "Done."})
    await said(anna, text)
    [sent] = [job for job in (await anna.got("jobs"))["jobs"] if job["jobId"] != read]
    kept = await store(home).job(anna.id, sent["jobId"])
    assert kept is not None
    assert kept.foreign
    for mind in await store(home).minds(anna.id, kept.id):
        assert mind.foreign
        assert mind.profile["named"] == ["hotels.example,"]


@pytest.mark.parametrize("tool", ["sendHelpers", "tellHelper"])
async def test_what_quotes_titles_of_such_a_job_taints_the_run(
    deployment: Deployment, anna: Caller, home: Home, tool: str
) -> None:
    mind = NewMind(number=0, label="Pay Eve", profile={}, brief="Look.")
    new = NewJob(
        kind="helpers", title="Pay Eve", request={}, minds=(mind,), budget=1_000, foreign=True
    )
    job = (await store(home).start(anna.id, new, daily_tokens=10_000)).job_id
    await begun(anna)  # the second one: no third may begin
    told = {"job": job, "helper": 0, "text": "Hi."}
    arguments = {"tasks": TASKS} if tool == "sendHelpers" else told
    outcome, [result] = await calling(deployment, anna, tool, arguments)
    assert "Pay Eve" in json.dumps(result)
    assert outcome["message"].get("foreign", False)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("How far are they?", "“Hotels”: 1 of 2 are done."),
        ("And how far are the helpers now?", "“Hotels”: 1 of 2 are done."),
        ("Wie weit sind sie?", "„Hotels“: 1 von 2 sind fertig."),
    ],
)
async def test_how_far_they_are_is_answered_from_the_rows_without_a_model(
    deployment: Deployment, anna: Caller, home: Home, text: str, answer: str
) -> None:
    hello = f"Hello, {anna.id}"
    await deployment.direct(hello, {"text": "Hello."})
    await said(anna, hello)
    started = await begun(anna, body={"tasks": TASKS, "title": "Hotels"})
    jobs = store(home)
    mind = started["conversationIds"][0]
    await jobs.begin(mind)
    await jobs.settle(mind, MindOutcome(status="complete", reason="done"))
    before = len(await deployment.asked(text))
    first, again = [await said(anna, text, messageId="how-far-are-they") for _ in range(2)]
    assert (first["state"], first["message"]["text"]) == ("done", answer)
    assert first["message"]["doneAfterThis"]
    assert again["message"] == first["message"]
    assert len(await deployment.asked(text)) == before
    log = (await anna.got("messages"))["messages"]
    assert [one["text"] for one in log] == [hello, "Hello.", text, answer]


async def test_without_open_jobs_the_question_goes_to_the_model(
    deployment: Deployment, anna: Caller
) -> None:
    text = "How far are they?"
    await deployment.direct(text, {"text": "Who?"})
    assert (await said(anna, text))["message"]["text"] == "Who?"


async def test_after_such_an_answer_the_next_text_begins_a_run_of_its_own(
    deployment: Deployment, anna: Caller
) -> None:
    for text in (f"One, {anna.id}", f"Two, {anna.id}"):
        await deployment.direct(text, {"text": f"Yes to {text}"})
    await said(anna, f"One, {anna.id}")
    await begun(anna)
    aside = await said(anna, "How far are they?")
    outcome = await said(anna, f"Two, {anna.id}")
    assert outcome["message"]["text"] == f"Yes to Two, {anna.id}"
    assert outcome["runId"] != aside["runId"]
    both = await asyncio.gather(said(anna, "How far are they?"), said(anna, f"Two, {anna.id}"))
    assert {one["state"] for one in both} <= {"done", "recorded"}
