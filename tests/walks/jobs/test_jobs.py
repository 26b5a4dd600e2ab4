"""Helpers on the whole stack: what the owner gets, what is counted, what a stop and a word do."""

import asyncio
import time

import pytest

from tests.walks.jobs.promises import ends_once, silent_after
from tests.walks.jobs.stage import MOST_S, Owner
from tests.walks.jobs.troupe import Part

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

HOTELS, TRAINS, FOOD = (Part(name=name) for name in ("hotels", "trains", "food"))
SLOW = [Part(name=name, loops=12, pause_s=1.0) for name in ("hotels", "trains", "food")]


async def test_three_helpers_end_with_one_report_and_one_word_to_the_owner(owner: Owner) -> None:
    await owner.listen()
    job = await owner.start(HOTELS, TRAINS, FOOD, word="word-0000000000a1")
    assert (job.answer["status"], job.answer["duplicate"]) == ("queued", False)
    assert job.answer["runId"] == job.id

    headline = "Here is the report, word-0000000000a1."
    status = await ends_once(job, told=headline)
    assert (status["status"], status["completed"], status["failed"]) == ("complete", 3, 0)
    assert [(run["endedReason"], run["label"]) for run in status["runs"]] == [
        ("done", "hotels"), ("done", "trains"), ("done", "food"),
    ]  # fmt: skip
    heard = await owner.until_heard_with(headline)
    assert (heard["kind"], heard["speak"]) == ("notification", "whenIdle")
    report = (await job.report()).json()
    assert [run["result"] for run in report["runs"]] == [HOTELS.result, TRAINS.result, FOOD.result]
    document = (await owner.get(f"/api/documents?id={status['documentId']}")).json()
    assert "everything was looked into" in document["body"]
    assert (len(job.troupe.of(job.word, "helper")), len(job.troupe.of(job.word, "reporter"))) == (
        6, 1,
    )  # fmt: skip


async def test_pages_hear_on_the_channel_how_far_a_job_is(owner: Owner) -> None:
    job = await owner.start(HOTELS, TRAINS)
    status = await ends_once(job)
    told = owner.job_events(job.id)
    last = max(told, key=lambda each: int(each["eventSequence"]))
    assert last == {
        "jobId": job.id,
        "eventSequence": status["eventSequence"],
        "status": "complete",
        "completed": 2,
        "failed": 0,
        "total": 2,
    }
    assert {each["status"] for each in told} <= {"queued", "running", "summarising", "complete"}
    assert {"running", "summarising"} <= {each["status"] for each in told}
    assert job.word not in str(told)


async def test_a_helper_goes_on_in_a_second_invocation(owner: Owner) -> None:
    part = Part(name="hotels", loops=10, pause_s=2.5)  # an invocation lasts 20 s
    job = await owner.start(part)
    status = await ends_once(job)
    assert (status["status"], status["runs"][0]["endedReason"]) == ("complete", "done")
    # A call that was under way when the invocation ended is made again.
    assert len(job.troupe.of_part(job.word, part.name)) <= part.loops + 1


async def test_the_owners_brain_is_free_while_helpers_work(owner: Owner) -> None:
    job = await owner.start(*SLOW)
    await job.begun(3)
    answer = await owner.ask("What is two and two?")
    assert answer["message"]["text"] == "Yes."
    assert (await job.stop())["stopped"] == [0, 1, 2]  # all were still at work


async def test_the_brain_sends_helpers_and_answers_at_once(owner: Owner) -> None:
    word = "word-0000000000a2"
    tasks = [{"title": part.name, "brief": part.brief(word)} for part in SLOW]
    owner.stage.troupe.sent[word] = {"tasks": tasks}
    answer = await owner.ask(f"Look into the trip, {word}.")
    assert answer["message"]["text"] == "They are on their way."
    [job] = (await owner.get("/api/jobs")).json()["jobs"]
    assert (job["total"], job["status"] in ("queued", "running")) == (3, True)
    await owner.post(f"/api/jobs/{job['jobId']}/stop", {})


async def test_one_part_that_fails_leaves_the_others(owner: Owner) -> None:
    refused = Part(name="visas", way="refused")
    endless = Part(name="maps", way="endless", tokens=1000)
    given_up = Part(name="weather", way="gives up")
    job = await owner.start(refused, endless, FOOD, given_up, tokensEach=5000)
    status = await ends_once(job)
    assert (status["status"], status["completed"], status["failed"]) == ("complete", 1, 3)
    ended = [(run["status"], run["endedReason"]) for run in status["runs"]]
    assert ended[0] == ("failed", "model")
    assert ended[1] == ("failed", "tokens")
    assert ended[2] == ("complete", "done")
    assert ended[3][0] == "failed"
    missing = (await job.report()).json()["missing"]
    assert [(each["n"], each["label"]) for each in missing] == [
        (0, "visas"), (1, "maps"), (3, "weather"),
    ]  # fmt: skip
    reasons = [status["runs"][n]["endedReason"] for n in (0, 1, 3)]
    assert [each["reason"] for each in missing] == reasons
    # What was found is kept, also of a helper that was cut off.
    runs = (await job.report()).json()["runs"]
    assert "maps, page" in runs[1]["result"]
    assert (runs[1]["complete"], runs[2]["complete"]) == (False, True)


async def test_a_cap_holds_but_for_the_call_under_way(owner: Owner) -> None:
    parts = [Part(name=name, way="endless", tokens=1000) for name in ("maps", "bars")]
    job = await owner.start(*parts, tokensEach=5000)
    status = await ends_once(job)
    assert status["status"] == "failed"
    for run, part in zip(status["runs"], parts, strict=True):
        assert run["endedReason"] == "tokens"
        assert run["tokens"] <= 5000 + 1100  # a call says that it took 1,000, and its answer counts
        assert len(job.troupe.of_part(job.word, part.name)) <= 6
    assert job.troupe.of(job.word, "reporter") == []


async def test_where_all_fail_code_says_so_once(owner: Owner) -> None:
    await owner.listen()
    job = await owner.start(*(Part(name=name, way="refused") for name in ("visas", "taxes")))
    status = await ends_once(job)
    assert (status["status"], status["failed"]) == ("failed", 2)
    report = (await job.report()).json()
    assert report["writtenBy"] == "code"
    assert len(await owner.notifications()) == 1
    assert job.troupe.of(job.word, "reporter") == []


# ---- stop


async def test_after_the_answer_to_a_stop_there_is_silence(owner: Owner) -> None:
    await owner.listen()
    job = await owner.start(*SLOW)
    await job.begun(6)
    answer = await owner.post("/api/control", {"type": "stop", "job": job.id})
    stopped_at = time.time()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "jobId": job.id,
            "state": "stopped",
            "stopped": [0, 1, 2],
            "finished": [],
            "status": "stopped",
        },
    )
    again = await job.stop()
    assert (again["stopped"], again["state"]) == ([], "stopped")
    status = await ends_once(job)
    assert status["status"] == "stopped"
    assert {run["endedReason"] for run in status["runs"]} == {"stopped"}
    async with asyncio.timeout(MOST_S):
        # Calls under way are cut off; their ends show that nobody reads them any more.
        while any(one.ended is None for one in job.troupe.of(job.word)):  # noqa: ASYNC110 - the model is asked by processes
            await asyncio.sleep(0.05)
    silent_after(job, stopped_at)
    assert max(one.ended or 0 for one in job.troupe.of(job.word)) <= stopped_at + 2
    report = (await job.report()).json()
    assert report["writtenBy"] == "code"
    assert len(await owner.notifications()) == 1


async def test_what_was_queued_when_the_stop_came_never_begins(owner: Owner) -> None:
    with owner.stage.queue(hold=True):
        job = await owner.start(*SLOW)
        assert (await job.stop())["stopped"] == [0, 1, 2]
    async with asyncio.timeout(MOST_S):
        await owner.stage.stack.services.engine.idle()
    assert job.troupe.of(job.word) == []
    status = await ends_once(job)
    assert {run["status"] for run in status["runs"]} == {"stopped"}


async def test_a_start_that_comes_again_after_the_stop_does_nothing(owner: Owner) -> None:
    job = await owner.start(*SLOW)
    await job.begun(3)
    await job.stop()
    stopped_at = time.time()
    for number in range(3):
        await job.call("start", number, times=2)
    silent_after(job, stopped_at)
    assert (await ends_once(job))["status"] == "stopped"


async def test_one_helper_is_stopped_and_the_others_report(owner: Owner) -> None:
    slow, *others = SLOW[0], TRAINS, FOOD
    job = await owner.start(others[0], slow, others[1])
    await job.begun(4)
    answer = await job.stop(mind=1)
    stopped_at = time.time()
    assert (answer["stopped"], answer["state"]) == ([1], "stopped")
    status = await ends_once(job)
    assert (status["status"], status["completed"], status["failed"]) == ("complete", 2, 1)
    assert status["runs"][1]["endedReason"] == "stopped"
    silent_after(job, stopped_at, names=["hotels"])


# ---- steer


async def test_a_word_to_a_helper_joins_once(owner: Owner) -> None:
    job = await owner.start(Part(name="hotels", loops=6, pause_s=0.6))
    await job.begun(1)
    [mind] = job.answer["conversationIds"]
    word = {"text": "Look at breakfast too.", "messageId": "breakfast-1", "mind": mind}
    for _ in range(2):  # the second time it is known
        answer = await owner.post("/api/voiceToBrain", word)
        assert answer.status_code == 200, answer.text
    assert answer.json()["state"] in ("recorded", "running")
    assert (await ends_once(job))["status"] == "complete"
    times = [
        sum("Look at breakfast too." in text for text in one.said)
        for one in job.troupe.of_part(job.word, "hotels")
    ]
    assert times[-1] == 1
    assert times == sorted(times)
    late = await owner.post("/api/voiceToBrain", {**word, "messageId": "breakfast-2"})
    assert late.status_code == 409


# ---- starts


async def test_one_key_starts_one_job(owner: Owner) -> None:
    key = "key-of-one-press"
    tries = [owner.try_start(FOOD, word="word-0000000000a3", key=key) for _ in range(3)]
    answers = [answer for answer, _ in await asyncio.gather(*tries)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.json()["jobId"] for answer in answers}) == 1
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False, True, True]
    [job] = (await owner.get("/api/jobs")).json()["jobs"]
    troupe = owner.stage.troupe
    async with asyncio.timeout(MOST_S):
        while not troupe.of("word-0000000000a3", "reporter"):  # noqa: ASYNC110 - the model is asked by processes
            await asyncio.sleep(0.05)
    assert len(troupe.of("word-0000000000a3", "helper")) == FOOD.loops
    assert job["jobId"] == answers[0].json()["jobId"]
    # Long after the first press, the key still finds the job, and nothing runs.
    late, _ = await owner.try_start(TRAINS, word="word-0000000000a3", key=key)
    assert (late.status_code, late.json()["duplicate"]) == (202, True)
    assert late.json()["jobId"] == job["jobId"]
    async with asyncio.timeout(MOST_S):
        await owner.stage.stack.services.engine.idle()
    assert len(troupe.of("word-0000000000a3", "helper")) == FOOD.loops


async def test_a_third_open_job_has_to_wait(owner: Owner) -> None:
    jobs = [await owner.start(*SLOW) for _ in range(2)]
    refused, _ = await owner.try_start(FOOD)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    await jobs[0].stop()
    allowed, _ = await owner.try_start(FOOD)
    assert allowed.status_code == 202
    await jobs[1].stop()


async def test_the_tokens_of_a_day_are_reserved_before_anything_starts(owner: Owner) -> None:
    await owner.stage.spend(owner, 2_000_000 - 300_000)
    tries = [owner.try_start(FOOD, tokensEach=200_000) for _ in range(2)]
    answers = [answer for answer, _ in await asyncio.gather(*tries)]
    assert sorted(answer.status_code for answer in answers) == [202, 429]
    [refused] = [answer for answer in answers if answer.status_code == 429]
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600


async def test_ten_begin_five_at_a_time(owner: Owner) -> None:
    parts = [Part(name=f"town {n}", loops=3, pause_s=0.4) for n in range(10)]
    job = await owner.start(*parts)
    status = await ends_once(job)
    assert (status["status"], status["completed"]) == ("complete", 10)
    assert len(job.troupe.of(job.word, "helper")) == 30
    assert most_at_once([(one.at, one.ended) for one in job.troupe.of(job.word, "helper")]) <= 5


def most_at_once(spans: list[tuple[float, float | None]]) -> int:
    """Return how many of these were under way at the same time at most."""
    marks = [(at, 1) for at, _ in spans] + [(end or at, -1) for at, end in spans]
    most = now = 0
    for _, step in sorted(marks):
        now += step
        most = max(most, now)
    return most
