"""The local queue's flow control, tested with QStash's SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from qstash.errors import QStashError
from qstash.flow_control_api import FlowControlInfo
from qstash.message import FlowControl
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.qstash import TOKEN, LocalQueue, Switches
from tests.local.qstash_stage import Stage, served, staged, status


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


@dataclass
class Door:
    """A destination that answers one request for each `open`. `within` are those that wait."""

    began: list[str] = field(default_factory=list)
    within: set[str] = field(default_factory=set)
    most: int = 0
    _permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = (await Request(scope, receive).body()).decode()
        async with self._changed:
            self.began.append(name)
            self.within.add(name)
            self.most = max(self.most, len(self.within))
            self._changed.notify_all()
        await self._permits.acquire()
        self.within.discard(name)
        await Response()(scope, receive, send)

    def open(self, count: int = 1) -> None:
        for _ in range(count):
            self._permits.release()

    async def has(self, count: int) -> list[str]:
        """Return what has begun, once these are so many."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.began) >= count)
            return self.began


@pytest.fixture
async def door() -> AsyncIterator[tuple[Door, str]]:
    door = Door()
    async with served(door) as url:
        yield door, url
        door.open(1000)


async def publish(stage: Stage, flow: FlowControl | None, *names: str, url: str = "") -> None:
    for name in names:
        more = {"flow_control": flow} if flow else {}
        await stage.publish(url=url or stage.url, body=name, **more)


async def told(stage: Stage, key: str) -> FlowControlInfo:
    return await stage.client.flow_control.get(key)


async def test_so_many_deliveries_of_a_key_are_under_way_and_the_others_wait_in_order(
    stage: Stage, door: tuple[Door, str]
) -> None:
    inside, url = door
    names = [str(number) for number in range(12)]
    await publish(stage, {"key": "anna", "parallelism": 5}, *names, url=url)
    assert sorted(await inside.has(5)) == names[:5]
    counts, anna = stage.queue.counts(), await told(stage, "anna")
    assert (counts.in_flight, counts.pending, counts.unfinished) == (5, 7, 7)
    assert (anna.parallelism_max, anna.parallelism_count, anna.wait_list_size) == (5, 5, 7)

    for number in range(6, 13):
        inside.open()
        assert (await inside.has(number))[number - 1] == names[number - 1]
    inside.open(5)
    assert (await stage.queue.idle()).delivered == 12
    assert (inside.most, (await told(stage, "anna")).parallelism_count) == (5, 0)


async def test_other_keys_and_messages_without_one_do_not_wait(
    stage: Stage, door: tuple[Door, str]
) -> None:
    inside, url = door
    await publish(stage, {"key": "anna", "parallelism": 1}, "a1", "a2", url=url)
    await publish(stage, {"key": "ben", "parallelism": 1}, "b1", "b2", url=url)
    await publish(stage, None, "free", url=url)

    assert sorted(await inside.has(3)) == ["a1", "b1", "free"]
    assert stage.queue.counts().in_flight == 3


async def test_a_failed_delivery_gives_its_place_to_the_next(stage: Stage) -> None:
    stage.destination.answers = [status(500), status(200)]
    flow: FlowControl = {"key": "anna", "parallelism": 1}
    await stage.publish(body="first", flow_control=flow, retry_delay="3600000")
    await publish(stage, flow, "second", "third")

    received = await stage.destination.has(3)
    assert [each.body for each in received] == [b"first", b"second", b"third"]
    stage.queue.deliver_now()
    assert (await stage.destination.has(4))[3].headers["upstash-retried"] == "1"


async def test_a_delayed_message_takes_no_place_before_it_is_due(
    stage: Stage, door: tuple[Door, str]
) -> None:
    inside, url = door
    flow: FlowControl = {"key": "anna", "parallelism": 1}
    await stage.publish(url=url, body="late", delay="1h", flow_control=flow)
    await publish(stage, flow, "now", "next", url=url)
    await inside.has(1)
    stage.queue.deliver_now()

    inside.open(3)
    assert await inside.has(3) == ["now", "next", "late"]


async def test_the_limits_of_the_newest_message_count_for_all(
    stage: Stage, door: tuple[Door, str]
) -> None:
    inside, url = door
    await publish(stage, {"key": "anna", "parallelism": 1}, "1", "2", "3", "4", url=url)
    await inside.has(1)
    await publish(stage, {"key": "anna", "parallelism": 3}, "5", url=url)

    assert sorted(await inside.has(3)) == ["1", "2", "3"]
    assert (await told(stage, "anna")).wait_list_size == 2


async def test_a_cancelled_message_leaves_the_line(stage: Stage, door: tuple[Door, str]) -> None:
    inside, url = door
    flow: FlowControl = {"key": "anna", "parallelism": 1}
    await publish(stage, flow, "1", url=url)
    waiting = await stage.publish(url=url, body="2", flow_control=flow)
    await publish(stage, flow, "3", url=url)
    await inside.has(1)

    await stage.client.message.cancel(waiting.message_id)
    inside.open(2)
    assert await inside.has(2) == ["1", "3"]
    assert (await stage.queue.idle()).pending == 0


async def test_so_many_deliveries_start_in_a_period(tmp_path: Path) -> None:
    now_s = 1_700_000_000.0
    queue, door = LocalQueue(tmp_path / "queue.db", clock=lambda: now_s), Door()
    door.open(1000)
    async with served(queue.app) as queue_url, served(door) as url, httpx.AsyncClient() as http:
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Upstash-Flow-Control-Key": "anna",
            "Upstash-Flow-Control-Value": "Rate=2, Period=1m",
        }
        for name in "abcde":
            address = f"{queue_url}/v2/publish/{url}"
            (await http.post(address, headers=headers, content=name)).raise_for_status()
        assert await door.has(2) == ["a", "b"]
        await queue.until(lambda now: now.delivered == 2 and now.unfinished == 3)
        for begun in (["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]):
            now_s += 60
            queue.switches = Switches()  # wakes the queue, whose clock stands still
            assert await door.has(len(begun)) == begun


async def test_a_message_that_waits_survives_a_crash(tmp_path: Path) -> None:
    path, door = tmp_path / "queue.db", Door()
    async with served(door) as url:
        first = LocalQueue(path)
        async with served(first.app) as queue_url:
            async with httpx.AsyncClient() as http:
                headers = {
                    "Authorization": f"Bearer {TOKEN}",
                    "Upstash-Flow-Control-Key": "anna",
                    "Upstash-Flow-Control-Value": "parallelism=1",
                }
                for name in "ab":
                    address = f"{queue_url}/v2/publish/{url}"
                    (await http.post(address, headers=headers, content=name)).raise_for_status()
            await door.has(1)
        async with served((second := LocalQueue(path)).app):
            await door.has(2)
            assert (second.counts().in_flight, second.counts().unfinished) == (1, 1)
            door.open(3)
            assert (await second.idle()).delivered == 2


@pytest.mark.parametrize(
    "flow",
    [
        {"key": "anna"},
        {"key": "anna", "parallelism": 0},
        {"key": "anna", "rate": -1},
        {"key": "anna", "rate": 2, "period": "soon"},
        {"key": "anna", "rate": 2, "period": "8d"},
    ],
)
async def test_limits_that_limit_nothing_are_refused(stage: Stage, flow: FlowControl) -> None:
    with pytest.raises(QStashError, match="upstash-flow-control-value"):
        await publish(stage, flow, "x")


async def test_an_unknown_key_is_not_found(stage: Stage) -> None:
    with pytest.raises(QStashError, match="404"):
        await told(stage, "nobody")
