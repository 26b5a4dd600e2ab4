"""The local queue's deliveries, tested with QStash's SDK: retries, dead letters and callbacks."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from qstash.errors import QStashError
from qstash.log import LogState

from tests.local.qstash_stage import Destination, Stage, served, staged, status


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_a_failed_delivery_is_tried_again_after_the_retry_delay(stage: Stage) -> None:
    stage.destination.answers = [status(500), status(503), status(200)]
    await stage.publish(body="x", retries=5, retry_delay="10 * (1 + retried)")

    attempts = await stage.destination.has(3)
    counts = await stage.queue.idle()
    assert [each.headers["upstash-retried"] for each in attempts] == ["0", "1", "2"]
    assert len({each.headers["upstash-message-id"] for each in attempts}) == 1
    assert (counts.delivered, counts.dead) == (1, 0)


async def test_retry_after_decides_when_the_next_attempt_comes(stage: Stage) -> None:
    stage.destination.answers = [status(503, retry_after="3600"), status(200)]
    published = await stage.publish(retries=1, retry_delay="10")

    await stage.queue.until(lambda now: now.attempts == 1 and now.in_flight == 0)
    logs = (await stage.client.log.list(filter={"state": LogState.ERROR})).logs
    [failed] = logs
    assert (failed.message_id, failed.response_status) == (published.message_id, 503)
    assert failed.next_delivery_time == failed.time + 3_600_000
    stage.queue.deliver_now()
    assert (await stage.queue.idle()).delivered == 1


async def test_after_the_last_retry_a_message_is_a_dead_letter(stage: Stage) -> None:
    stage.destination.answers = [status(500, x_reason="broken")]
    published = await stage.publish(body="lost?", retries=1, retry_delay="1", label="turn")

    await stage.queue.dead(1)
    [letter] = (await stage.client.dlq.list(filter={"label": "turn"})).messages
    assert (letter.message_id, letter.body) == (published.message_id, "lost?")
    assert (letter.response_status, letter.max_retries) == (500, 1)
    assert letter.response_headers is not None
    assert letter.response_headers["X-Reason"] == ["broken"]
    assert (await stage.client.dlq.get(letter.dlq_id)).url == stage.url
    assert len(stage.destination.received) == 2


async def test_dead_letters_can_be_deleted_alone_and_together(stage: Stage) -> None:
    stage.destination.answers = [status(400)]
    for _ in range(3):
        await stage.publish(retries=0)
    await stage.queue.dead(3)

    first, *others = (await stage.client.dlq.list()).messages
    await stage.client.dlq.delete(first.dlq_id)
    with pytest.raises(QStashError, match="404"):
        await stage.client.dlq.get(first.dlq_id)
    assert await stage.client.dlq.delete_many([each.dlq_id for each in others]) == 2
    assert (await stage.client.dlq.list()).messages == []


async def test_489_is_never_tried_again(stage: Stage) -> None:
    stage.destination.answers = [status(489, Upstash_NonRetryable_Error="true")]
    await stage.publish(retries=3, retry_delay="1")

    counts = await stage.queue.dead(1)
    assert (counts.attempts, counts.pending) == (1, 0)


async def test_a_destination_that_refuses_connections_is_tried_again(stage: Stage) -> None:
    async with served(Destination()) as gone:
        pass
    await stage.publish(url=gone, retries=1, retry_delay="1")

    counts = await stage.queue.dead(1)
    [letter] = (await stage.client.dlq.list()).messages
    assert (counts.attempts, letter.response_status) == (2, 0)
    assert "ConnectError" in str(letter.response_body)


async def test_a_destination_slower_than_the_timeout_has_failed(stage: Stage) -> None:
    stage.destination.gate.clear()
    await stage.publish(retries=0, timeout=1)

    await stage.queue.dead(1)
    [letter] = (await stage.client.dlq.list()).messages
    assert letter.response_body == "no answer within 1 s"


async def test_deliveries_run_side_by_side_and_hold_up_no_publishing(stage: Stage) -> None:
    stage.destination.gate.clear()
    for _ in range(8):
        await stage.publish()

    await stage.destination.has(8)
    assert stage.queue.counts().in_flight == 8
    stage.destination.gate.set()
    assert (await stage.queue.idle()).delivered == 8


async def test_a_named_queue_delivers_one_after_the_other(stage: Stage) -> None:
    stage.destination.answers = [status(500), status(200)]
    for body in "abc":
        await stage.client.message.enqueue(queue="q", url=stage.url, body=body, retry_delay="1")

    received = await stage.destination.has(4)
    assert [each.body for each in received] == [b"a", b"a", b"b", b"c"]


async def test_callbacks_report_every_attempt_and_the_failure(stage: Stage) -> None:
    stage.destination.answers = [status(500)]
    async with served(heard := Destination()) as callback_url:
        published = await stage.publish(
            body="task",
            retries=1,
            retry_delay="1",
            callback=f"{callback_url}/each",
            callback_headers={"X-Key": "k"},
            failure_callback=f"{callback_url}/failed",
        )
        received = await heard.has(3)

    reports = sorted((each.path, json.loads(each.body)["retried"]) for each in received)
    assert reports == [("/each", 0), ("/each", 1), ("/failed", 1)]
    failed = next(each for each in received if each.path == "/failed")
    report = json.loads(failed.body)
    assert (report["sourceMessageId"], report["status"]) == (published.message_id, 500)
    assert base64.b64decode(report["sourceBody"]) == b"task"
    assert report["dlqId"].startswith("dlq_")
    assert {each.headers.get("x-key") for each in received if each.path == "/each"} == {"k"}


async def test_the_log_lists_a_messages_states_newest_first(stage: Stage) -> None:
    published = await stage.publish()
    await stage.queue.delivered(1)

    logs = (await stage.client.log.list(filter={"message_id": published.message_id})).logs
    assert [each.state for each in logs] == [LogState.DELIVERED, LogState.ACTIVE, LogState.CREATED]
