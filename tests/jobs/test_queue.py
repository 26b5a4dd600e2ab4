"""Calls for minds by the queue, from the SDK through the local queue to the body of the route."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import respx
from msgspec.structs import replace

from brain.cloud.qstash import QStashQueue, SignatureCheck
from brain.errors import QueueUnreachable
from brain.http.bodies import MindCallBody, parse
from brain.http.edge import Problem
from brain.jobs.model import MindCall
from brain.jobs.queue import BEGIN_AT_ONCE, QueuedMindCalls
from brain.jobs.rules import job_id
from local.qstash import Switches
from tests.cloud.qstash_stage import settings_for
from tests.local.qstash_stage import Received, Stage, staged

JOB = job_id("anna", "01JD-abcd")
START = MindCall(user_id="anna", job=JOB, mind=0, reason="start")
SAY = replace(START, mind=9, reason="say", attempt=7)
REPORT = replace(START, mind="report", reason="report", attempt=2)
SWEEP = replace(START, mind=None, reason="sweep", attempt=14)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


@pytest.fixture
async def calls(stage: Stage) -> AsyncIterator[QueuedMindCalls]:
    settings = settings_for(stage.queue_url, stage.url.removesuffix("/api/brainToBrain"))
    async with aclosing(QStashQueue(settings)) as queue:
        yield QueuedMindCalls(queue)


def read(received: Received) -> MindCall:
    body = parse(MindCallBody, json.loads(received.body))
    return MindCall(
        user_id=body.user_id,
        job=body.job,
        mind=body.mind,
        reason=body.reason,
        attempt=body.attempt,
    )


@pytest.mark.parametrize("call", [START, SAY, REPORT, SWEEP])
async def test_a_call_arrives_signed_and_complete(
    stage: Stage, calls: QueuedMindCalls, call: MindCall
) -> None:
    await calls.call(call, delay_s=0, dedup_id="one")
    [received] = await stage.destination.has(1)
    assert (received.path, read(received)) == ("/api/brainToBrain", call)
    settings = settings_for(stage.queue_url, stage.url.removesuffix("/api/brainToBrain"))
    SignatureCheck(settings).check(received.headers["upstash-signature"], received.body)


async def test_five_minds_of_one_user_begin_at_once(stage: Stage, calls: QueuedMindCalls) -> None:
    stage.destination.gate.clear()
    for number in range(10):
        mind = replace(START, mind=number)
        await calls.call(mind, delay_s=0, dedup_id=f"{number}-start")
    await stage.destination.has(BEGIN_AT_ONCE)
    assert (stage.queue.counts().in_flight, stage.queue.counts().unfinished) == (5, 5)

    # What goes on, and what belongs to others, does not wait behind them.
    for number, call in enumerate((SAY, REPORT, SWEEP, replace(START, user_id="ben"))):
        await calls.call(call, delay_s=0, dedup_id=f"other-{number}")
    await stage.destination.has(BEGIN_AT_ONCE + 4)
    assert stage.queue.counts().in_flight == BEGIN_AT_ONCE + 4
    stage.destination.gate.set()
    assert (await stage.queue.idle()).delivered == 14


async def test_the_key_of_a_line_tells_nobody_whose_it_is() -> None:
    async with respx.mock(base_url="http://queue.example") as wire:
        route = wire.post(path__startswith="/v2/publish").respond(json={"messageId": "m1"})
        async with aclosing(QStashQueue(settings_for("http://queue.example"))) as queue:
            for call in (START, replace(START, mind=1), SWEEP, REPORT, SAY):
                await QueuedMindCalls(queue).call(call, delay_s=60, dedup_id="one")
    first, second, *others = (call.request.headers for call in route.calls)
    key = first["upstash-flow-control-key"]
    assert key == second["upstash-flow-control-key"]
    assert (key.startswith("minds-"), "anna" in key) == (True, False)
    assert first["upstash-flow-control-value"] == "parallelism=5"
    assert not any("upstash-flow-control-key" in headers for headers in others)
    assert first["upstash-retry-delay"] == "3000 * pow(4, retried)"
    assert (first["upstash-retries"], first["upstash-delay"]) == ("3", "60s")


async def test_the_same_call_twice_is_delivered_once_in_each_deployment(
    stage: Stage, calls: QueuedMindCalls
) -> None:
    for _ in range(2):
        await calls.call(START, delay_s=0, dedup_id="same")
    settings = settings_for(stage.queue_url, f"{stage.url.removesuffix('/brainToBrain')}/other")
    async with aclosing(QStashQueue(settings)) as queue:
        await QueuedMindCalls(queue).call(START, delay_s=0, dedup_id="same")
    assert (await stage.queue.idle()).delivered == 2


async def test_a_message_that_failed_for_the_last_time_is_replaced_once(
    stage: Stage, calls: QueuedMindCalls
) -> None:
    await calls.call(SWEEP, delay_s=0, dedup_id="sweep-14")
    [failed] = await stage.destination.has(1)
    message = failed.headers["upstash-message-id"]
    for _ in range(2):  # its last delivery may come twice
        await calls.call_again(SWEEP, delay_s=0, after=message)
    assert [read(each) for each in await stage.destination.has(2)] == [SWEEP, SWEEP]
    await calls.call_again(SWEEP, delay_s=0, after="another")
    assert (await stage.queue.idle()).delivered == 3


async def test_a_queue_that_is_away_is_an_error(calls: QueuedMindCalls, tmp_path: Path) -> None:
    async with aclosing(QStashQueue(settings_for("http://127.0.0.1:1"))) as queue:
        with pytest.raises(QueueUnreachable):
            await QueuedMindCalls(queue).call(START, delay_s=0, dedup_id="one")


async def test_a_hostile_queue_delivers_whole_calls_all_the_same(
    stage: Stage, calls: QueuedMindCalls
) -> None:
    stage.queue.switches = Switches(double=True, shuffle=True, extra_delay_s=0.1)
    for number in range(10):
        await calls.call(replace(START, mind=number), delay_s=0, dedup_id=f"{number}")
    received = [read(each).mind for each in await stage.destination.has(20)]
    assert sorted(str(mind) for mind in received) == sorted(2 * [str(n) for n in range(10)])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"userId": ""}, "userId"),
        ({"userId": "a" * 257}, "userId"),
        ({"userId": 7}, "userId"),
        ({"job": JOB[:-1]}, "job"),
        ({"job": JOB.upper()}, "job"),
        ({"job": f"{JOB}\n"}, "job"),
        ({"mind": -1}, "mind"),
        ({"mind": 10}, "mind"),
        ({"mind": "0"}, "mind"),
        ({"mind": "reporter"}, "mind"),
        ({"mind": True}, "mind"),
        ({"mind": 1.0}, "mind"),
        ({"reason": "stop"}, "reason"),
        ({"reason": None}, "reason"),
        ({"try": -1}, "try"),
        ({"try": 10**9}, "try"),
        ({"try": "1"}, "try"),
    ],
)
def test_a_call_with_a_fault_is_refused(changed: dict[str, Any], field: str) -> None:
    good = {"userId": "anna", "job": JOB, "mind": 0, "reason": "start", "try": 0}
    assert parse(MindCallBody, good).attempt == 0
    with pytest.raises(Problem) as problem:
        parse(MindCallBody, good | changed)
    assert problem.value.status == 422
    assert {fault["field"].split(".")[0] for fault in problem.value.errors or ()} == {field}


@pytest.mark.parametrize("missing", ["userId", "job", "mind", "reason"])
def test_a_call_without_a_part_is_refused(missing: str) -> None:
    good = {"userId": "anna", "job": JOB, "mind": None, "reason": "sweep"}
    assert parse(MindCallBody, good).mind is None
    with pytest.raises(Problem):
        parse(MindCallBody, {name: good[name] for name in good if name != missing})
