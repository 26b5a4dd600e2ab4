"""The local queue's switches and times, and what survives a crash."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from qstash import AsyncQStash, Receiver
from qstash.errors import SignatureError

from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN, LocalQueue, Switches
from local.qstash.message import QueueMessage, read_message
from tests.local.qstash_stage import Destination, closed, served, status

NOW_MS = 1_700_000_000_000  # Unix milliseconds; in the past, so that messages are due


def message(url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> QueueMessage:
    return read_message(destination=url, headers=headers or {}, body=body, now_ms=NOW_MS)


# Switches


@asynccontextmanager
async def running(queue: LocalQueue) -> AsyncIterator[tuple[LocalQueue, Destination, str]]:
    async with queue.run(), served(destination := Destination()) as url:
        yield queue, destination, url


async def test_double_sends_every_message_twice_and_counts_it_once(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        queue.switches = Switches(double=True)
        queue.accept([message(url)])

        first, second = await destination.has(2)
        assert first.headers["upstash-message-id"] == second.headers["upstash-message-id"]
        assert (await queue.idle()).delivered == 1


async def test_the_receiver_refuses_a_forged_delivery(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        queue.switches = Switches(forge=True)
        queue.accept([message(url)])

        [received] = await destination.has(1)
        with pytest.raises(SignatureError):
            Receiver(CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY).verify(
                signature=received.headers["upstash-signature"], body="", url=url
            )


async def test_a_lost_delivery_is_reported_as_delivered_but_never_arrives(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        queue.switches = Switches(lose=True)
        queue.accept([message(url)])

        assert (await queue.idle()).delivered == 1
        assert destination.received == []


async def test_shuffled_messages_arrive_in_another_order(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        queue.switches = Switches(extra_delay_s=0.2, shuffle=True)
        queue.accept([message(url, body=bytes([n])) for n in range(12)])

        received = [each.body[0] for each in await destination.has(12)]
        assert sorted(received) == list(range(12))
        assert received != list(range(12))


async def test_a_queue_in_a_hurry_keeps_the_order_of_what_is_due(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        queue.switches = Switches(hurry=100)
        for n in (3, 1, 2):
            delay = {"upstash-delay": f"{10 * n}s"}
            queue.accept(
                [
                    read_message(
                        destination=url, headers=delay, body=bytes([n]), now_ms=queue.now_ms()
                    )
                ]
            )

        assert [each.body[0] for each in await destination.has(3)] == [1, 2, 3]


async def test_the_number_of_simultaneous_deliveries_is_limited(tmp_path: Path) -> None:
    queue = LocalQueue(tmp_path / "q.db", deliveries_at_once=2)
    async with running(queue) as (_, destination, url):
        destination.gate.clear()
        queue.accept([message(url) for _ in range(5)])

        await destination.has(2)
        assert (queue.counts().in_flight, queue.counts().pending) == (2, 3)
        destination.gate.set()
        assert (await queue.idle()).delivered == 5


async def test_tests_in_other_processes_control_it_over_http(tmp_path: Path) -> None:
    queue, destination = LocalQueue(tmp_path / "q.db"), Destination()
    async with (
        served(queue.app) as queue_url,
        served(destination) as url,
        httpx.AsyncClient(base_url=f"{queue_url}/_local") as client,
    ):
        held = await client.post("/queue", json={"hold": True})
        delayed = replace(message(url), due_ms=queue.now_ms() + 3_600_000)
        queue.accept([message(url), delayed])
        waiting = await client.get("/queue?delivered=1&timeout=0.05")
        await client.post("/queue", json={"hold": False})
        await client.post("/queue/now")
        done = await client.get("/queue?delivered=2&idle=1")

    assert held.json()["switches"]["hold"] is True
    assert (waiting.status_code, waiting.json()["pending"]) == (408, 2)
    assert (done.status_code, done.json()["delivered"], done.json()["pending"]) == (200, 2, 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "invalid JSON"),
        ("[]", "an object"),
        ('{"hodl": true}', "unknown switch"),
        ('{"double": "yes"}', "valid boolean"),
        ('{"extra_delay_s": -1}', "greater than or equal"),
    ],
)
async def test_an_invalid_switch_is_refused(tmp_path: Path, body: str, reason: str) -> None:
    queue = LocalQueue(tmp_path / "q.db")
    transport = httpx.ASGITransport(queue.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://queue") as client:
        response = await client.post("/_local/queue", content=body)

    assert (response.status_code, queue.switches) == (400, Switches())
    assert reason in response.json()["error"]
    queue.store.close()


# Time


async def test_a_deduplication_id_can_be_used_again_after_its_window(tmp_path: Path) -> None:
    now_s = NOW_MS / 1000
    queue = LocalQueue(tmp_path / "q.db", clock=lambda: now_s)
    again = [message("http://h", {"Upstash-Deduplication-Id": "d"}) for _ in range(3)]

    queue.accept(again[:1])
    now_s += 599
    [within] = queue.accept(again[1:2])
    now_s += 2
    [after] = queue.accept(again[2:])
    queue.store.close()
    assert (within.deduplicated, after.deduplicated) == (True, False)
    assert within.message_id == again[0].id


async def test_a_delayed_message_is_sent_when_its_time_comes(tmp_path: Path) -> None:
    async with running(LocalQueue(tmp_path / "q.db")) as (queue, destination, url):
        due_ms = queue.now_ms() + 100
        queue.accept([replace(message(url), due_ms=due_ms)])
        assert (await queue.idle()).pending == 1

        await destination.has(1)
        assert queue.now_ms() >= due_ms


# Crashes

QUEUE_PROCESS = """
import socket, sys, uvicorn
from pathlib import Path
from local.qstash import LocalQueue
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(LocalQueue(Path(sys.argv[1])).app, log_level="warning", ws="none")
uvicorn.Server(config).run(sockets=[listener])
"""


@asynccontextmanager
async def queue_process(
    path: Path,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, AsyncQStash]]:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", QUEUE_PROCESS, str(path)), cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        client = AsyncQStash(TOKEN, base_url=f"http://127.0.0.1:{port}", retry=False)
        yield process, client
        await closed(client)
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
        await process.wait()


async def test_kill_9_loses_no_message_and_repeats_the_one_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    async with served(destination := Destination()) as url:
        destination.gate.clear()
        async with queue_process(path) as (process, client):
            await client.message.publish(url=f"{url}/now", deduplication_id="d")
            [under_way] = await destination.has(1)
            await client.message.publish(url=f"{url}/later", delay="1h")
            process.kill()
            await process.wait()
        destination.gate.set()

        queue = LocalQueue(path)
        async with queue.run():
            queue.deliver_now()
            [_, *after] = await destination.has(3)
            [repeated] = queue.accept([message(url, {"Upstash-Deduplication-Id": "d"})])
            await queue.idle()

    message_id = under_way.headers["upstash-message-id"]
    assert sorted(each.path for each in after) == ["/later", "/now"]
    assert message_id in {each.headers["upstash-message-id"] for each in after}
    assert (repeated.deduplicated, repeated.message_id) == (True, message_id)


async def test_a_restart_keeps_the_retries_already_used_and_the_dead_letters(
    tmp_path: Path,
) -> None:
    path = tmp_path / "q.db"
    async with running(LocalQueue(path)) as (queue, destination, url):
        destination.answers = [status(500), status(489, Upstash_NonRetryable_Error="true")]
        queue.accept([message(url, {"Upstash-Retries": "1"})])
        await queue.until(lambda now: now.attempts == 1 and now.in_flight == 0)
        queue.accept([message(url)])
        await queue.dead(1)

    async with running(LocalQueue(path)) as (queue, destination, _):
        assert [each.retried for each in queue.store.pending()] == [1]
        assert queue.counts().dead == 1
        queue.deliver_now()
        await queue.dead(2)
        assert [each.message.retried for each in queue.store.dead_letters()] == [1, 0]


async def test_an_undelivered_callback_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "q.db"
    async with running(LocalQueue(path)) as (queue, destination, url):
        destination.gate.clear()
        queue.accept([message(url, {"Upstash-Callback": f"{url}/told"})])
        await destination.has(1)
        queue.switches = Switches(hold=True)
        destination.gate.set()
        await queue.delivered(1)

    again = LocalQueue(path)
    assert [each.url for each in again.store.pending()] == [f"{url}/told"]
    again.store.close()
