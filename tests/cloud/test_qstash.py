"""The queue: publishing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import respx
from msgspec.structs import replace

from brain.cloud.made import AT_ONCE
from brain.cloud.qstash import (
    EVENT_ROUTE,
    TRIES,
    QStashQueue,
    SignatureCheck,
    retry_after_s,
)
from brain.errors import QueueUnreachable, SignatureRefused
from brain.run.moves import WakeCall
from brain.settings import QueueSettings
from local.faults import Fault, FaultInjector
from local.qstash import TOKEN, LocalQueue
from tests.cloud.connections import CountConnections
from tests.cloud.qstash_stage import settings_for
from tests.local.qstash_stage import Destination, Received
from tests.local.serving import served

HANDOFF = WakeCall(user_id="anna", run_id="r1", reason="handoff", fence=2)
WAKEUP = WakeCall(user_id="anna", run_id="r1", reason="wakeup", wake=3)
EVENT: dict[str, Any] = {"type": "mail.check", "userId": "anna", "text": "Grüße 👋"}


@dataclass(frozen=True)
class Stage:
    queue: QStashQueue
    settings: QueueSettings
    faults: FaultInjector
    destination: Destination
    connections: list[object]
    engine: LocalQueue

    async def received(self, count: int = 1) -> list[Received]:
        return await self.destination.has(count)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    destination, connections = Destination(), list[object]()
    engine = LocalQueue(tmp_path / "queue.db")
    faults = FaultInjector(engine.app)
    async with (
        served(CountConnections(faults, connections)) as url,
        served(destination) as target,
    ):
        settings = settings_for(url, target)
        async with aclosing(QStashQueue(settings)) as queue:
            yield Stage(
                queue=queue,
                settings=settings,
                faults=faults,
                destination=destination,
                connections=connections,
                engine=engine,
            )
            faults.clear()


async def test_a_wake_call_is_delivered_signed_and_complete(stage: Stage) -> None:
    await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="r1-handoff-2")
    [call] = await stage.received()
    assert (call.path, call.method) == ("/api/brainToBrain", "POST")
    assert json.loads(call.body) == {
        "userId": "anna",
        "runId": "r1",
        "fence": 2,
        "wake": 0,
        "reason": "handoff",
    }
    SignatureCheck(stage.settings).check(call.headers["upstash-signature"], call.body)


async def test_an_event_is_delivered_signed_and_complete_at_its_route(stage: Stage) -> None:
    for dedup_id in ("one", "one"):
        await stage.queue.tell(EVENT, delay_s=0, dedup_id=dedup_id)
    await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="two")
    calls = {call.path: call for call in await stage.received(2)}
    call = calls["/api/eventToBrain"]
    assert json.loads(call.body) == EVENT
    signature, check = call.headers["upstash-signature"], SignatureCheck(stage.settings).check
    check(signature, call.body, route=EVENT_ROUTE)
    with pytest.raises(SignatureRefused, match="another URL"):
        check(signature, call.body)
    assert len(stage.destination.received) == 2


async def test_keeping_a_schedule_twice_creates_one(stage: Stage) -> None:
    stage.faults.add(Fault(kind="lose"))
    for cron in ("0 * * * *", "*/5 * * * *"):
        await stage.queue.keep_schedule("mail", cron=cron, event=EVENT)
    [kept] = stage.engine.schedules.all()
    # Two deployments may share an account of the queue's: the name says whose it is.
    assert (kept.id.startswith("mail-"), kept.cron) == (True, "*/5 * * * *")
    assert stage.engine.schedules.publish_now(kept.id)
    [call] = await stage.received()
    assert (call.path, json.loads(call.body)) == ("/api/eventToBrain", EVENT)
    SignatureCheck(stage.settings).check(
        call.headers["upstash-signature"], call.body, route=EVENT_ROUTE
    )


async def test_an_unacknowledged_schedule_is_an_error(stage: Stage) -> None:
    armed = stage.faults.add(Fault(kind="refuse", times=None))
    with pytest.raises(QueueUnreachable):
        await stage.queue.keep_schedule("mail", cron="0 * * * *", event=EVENT)
    assert armed.fired == TRIES


async def test_the_header_for_a_protected_preview_is_sent(stage: Stage) -> None:
    headers = {"x-vercel-protection-bypass": "open"}
    async with aclosing(QStashQueue(replace(stage.settings, headers=headers))) as queue:
        await queue.publish(HANDOFF, delay_s=0, dedup_id="one")
        await queue.keep_schedule("mail", cron="0 * * * *", event=EVENT)
        [kept] = stage.engine.schedules.all()
        stage.engine.schedules.publish_now(kept.id)
    for call in await stage.received(2):
        assert call.headers["x-vercel-protection-bypass"] == "open"


async def test_the_same_wake_call_twice_is_delivered_once(stage: Stage) -> None:
    for wake_call, dedup_id in ((HANDOFF, "one"), (HANDOFF, "one"), (WAKEUP, "two")):
        await stage.queue.publish(wake_call, delay_s=0, dedup_id=dedup_id)
    calls = await stage.received(2)
    assert {json.loads(call.body)["reason"] for call in calls} == {"handoff", "wakeup"}
    assert len(stage.destination.received) == 2


async def test_delay_and_retries_are_sent_in_the_vendors_format() -> None:
    async with respx.mock(base_url="http://queue.example") as wire:
        route = wire.post(path__startswith="/v2/publish").respond(json={"messageId": "m1"})
        async with aclosing(QStashQueue(settings_for("http://queue.example"))) as queue:
            await queue.publish(WAKEUP, delay_s=5.2, dedup_id="two")
            await queue.publish(HANDOFF, delay_s=0, dedup_id="one")
            await queue.tell(EVENT, delay_s=86_400, dedup_id="three")
        late, now, later = (call.request.headers for call in route.calls)
    assert (later["upstash-delay"], later["upstash-deduplication-id"]) == ("86400s", "three")
    assert late["upstash-delay"] == "6s"  # never before the lease's end
    assert "upstash-delay" not in now
    assert now["upstash-deduplication-id"] == "one"
    assert now["upstash-retries"] == "3"
    assert now["upstash-retry-delay"] == "3000 * pow(4, retried)"


async def test_a_lost_response_causes_no_second_delivery(stage: Stage) -> None:
    stage.faults.add(Fault(kind="lose"))
    await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="one")
    await stage.queue.publish(WAKEUP, delay_s=0, dedup_id="two")
    calls = await stage.received(2)
    assert {json.loads(call.body)["reason"] for call in calls} == {"handoff", "wakeup"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="refuse"),
        Fault(kind="refuse", status=0),
        Fault(kind="html"),
        Fault(kind="status", status=429),
        Fault(kind="status", status=200, text="not JSON"),
        Fault(kind="status", status=200, text="{}"),
        Fault(kind="status", status=200, text="null"),
        Fault(kind="status", status=200, text="7"),
    ],
)
async def test_an_unacknowledged_publish_is_retried_once(stage: Stage, fault: Fault) -> None:
    stage.faults.add(fault)
    await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="one")
    await stage.received()


async def test_a_queue_that_stays_unreachable_is_an_error(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    armed = stage.faults.add(Fault(kind="refuse", times=None))
    with pytest.raises(QueueUnreachable) as error:
        await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="one")
    assert armed.fired == TRIES
    assert "anna" not in f"{error.value} {caplog.text}"
    assert TOKEN not in f"{error.value} {caplog.text}"


async def test_a_hanging_queue_fails_within_the_limit(stage: Stage) -> None:
    armed = stage.faults.add(Fault(kind="hang", times=None))
    with pytest.raises(QueueUnreachable, match="TimeoutError"):
        await stage.queue.publish(HANDOFF, delay_s=0, dedup_id="one")
    assert armed.fired == TRIES


async def test_a_wrong_token_is_not_an_acknowledgement(stage: Stage) -> None:
    async with aclosing(QStashQueue(replace(stage.settings, token="another"))) as queue:
        with pytest.raises(QueueUnreachable):
            await queue.publish(HANDOFF, delay_s=0, dedup_id="one")


async def test_several_wake_calls_share_one_connection(stage: Stage) -> None:
    for i in range(3):
        await stage.queue.publish(WAKEUP, delay_s=60, dedup_id=f"wake-{i}")
    assert len(stage.connections) == 3
    assert len(set(stage.connections)) == 1


async def test_many_wake_calls_at_once_take_turns(stage: Stage) -> None:
    many = [
        stage.queue.publish(WAKEUP, delay_s=60, dedup_id=f"wake-{i}") for i in range(3 * AT_ONCE)
    ]
    await asyncio.gather(*many)
    assert len(stage.connections) == 3 * AT_ONCE
    assert len(set(stage.connections)) <= AT_ONCE


async def test_two_concurrent_first_wake_calls_share_one_client(stage: Stage) -> None:
    await asyncio.gather(
        stage.queue.publish(HANDOFF, delay_s=0, dedup_id="one"),
        stage.queue.publish(WAKEUP, delay_s=0, dedup_id="two"),
    )
    assert len(await stage.received(2)) == 2


def test_each_event_loop_has_its_own_client() -> None:
    async def publish(queue: QStashQueue) -> object:
        await queue.publish(HANDOFF, delay_s=0, dedup_id="one")
        return await queue._client.get()

    with respx.mock(base_url="http://queue.example") as wire:
        wire.post(path__startswith="/v2/publish").respond(json={"messageId": "m1"})
        queue = QStashQueue(settings_for("http://queue.example"))
        assert asyncio.run(publish(queue)) is not asyncio.run(publish(queue))


async def test_closing_an_unused_queue_does_nothing() -> None:
    await QStashQueue(settings_for("http://queue.example")).aclose()


@pytest.mark.parametrize(
    ("retried", "seconds"), [(-1, 3), (0, 3), (1, 12), (2, 48), (3, 192), (99, 192)]
)
def test_the_delay_grows_with_the_retries_as_on_the_queue(retried: int, seconds: int) -> None:
    assert retry_after_s(retried) == seconds
