"""Publishing to the local queue, tested with QStash's SDK, its Receiver, and PyJWT."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import pytest
from qstash import AsyncQStash, QStash, Receiver
from qstash.errors import QStashError, SignatureError

from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN
from tests.local.qstash_stage import Stage, closed, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_a_published_message_arrives_with_its_body_headers_and_method(stage: Stage) -> None:
    published = await stage.publish_json(
        body={"userId": "anna"}, headers={"X-Trace": "t1"}, method="PUT"
    )

    [received] = await stage.destination.has(1)
    assert (received.path, received.method) == ("/api/brainToBrain", "PUT")
    assert json.loads(received.body) == {"userId": "anna"}
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-trace"] == "t1"
    assert received.headers["upstash-message-id"] == published.message_id
    assert received.headers["upstash-retried"] == "0"
    assert "authorization" not in received.headers


async def test_the_query_and_the_escapes_of_a_destination_arrive_unchanged(stage: Stage) -> None:
    url = f"{stage.url}/a%20b?x=1&y=%2F"
    await stage.publish(url=url, body="")

    [received] = await stage.destination.has(1)
    claims = jwt.decode(
        received.headers["upstash-signature"], CURRENT_SIGNING_KEY, algorithms=["HS256"]
    )
    assert received.path.endswith("/a b")
    assert claims["sub"] == url


async def test_the_sync_client_publishes_too(stage: Stage) -> None:
    client = QStash(TOKEN, base_url=stage.queue_url, retry=False)
    await asyncio.to_thread(client.message.publish, url=stage.url, body=b"\xff\x00")

    [received] = await stage.destination.has(1)
    assert received.body == b"\xff\x00"
    client.http._client.close()


@pytest.mark.parametrize(
    "keys", [(CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY), ("sig_older", CURRENT_SIGNING_KEY)]
)
async def test_the_receiver_accepts_the_signature_with_its_current_or_next_key(
    stage: Stage, keys: tuple[str, str]
) -> None:
    await stage.publish_json(body={"text": "über"})

    [received] = await stage.destination.has(1)
    signature, receiver = received.headers["upstash-signature"], Receiver(*keys)
    receiver.verify(signature=signature, body=received.body.decode(), url=stage.url)
    with pytest.raises(SignatureError):
        receiver.verify(signature=signature, body="another", url=stage.url)
    with pytest.raises(SignatureError):
        receiver.verify(signature=signature, body=received.body.decode(), url="http://else.where")


async def test_pyjwt_finds_every_claim_of_the_vendor(stage: Stage) -> None:
    await stage.publish(body="hello")

    [received] = await stage.destination.has(1)
    claims = jwt.decode(
        received.headers["upstash-signature"],
        CURRENT_SIGNING_KEY,
        algorithms=["HS256"],
        issuer="Upstash",
        options={"require": ["iss", "sub", "exp", "nbf", "iat", "jti"]},
    )
    assert claims["exp"] - claims["nbf"] == 300
    assert base64.urlsafe_b64decode(claims["body"]) == hashlib.sha256(b"hello").digest()


async def test_a_repeated_deduplication_id_delivers_once(stage: Stage) -> None:
    first = await stage.publish(body="1", deduplication_id="run-7")
    second = await stage.publish(body="2", deduplication_id="run-7")
    other = await stage.publish(body="3", deduplication_id="run-8")

    assert (first.deduplicated, second.deduplicated, other.deduplicated) == (False, True, False)
    assert second.message_id == first.message_id
    assert (await stage.queue.delivered(2)).pending == 0
    assert sorted(each.body for each in stage.destination.received) == [b"1", b"3"]


async def test_content_based_deduplication_looks_at_the_body(stage: Stage) -> None:
    seen = [
        (await stage.publish(body=body, content_based_deduplication=True)).deduplicated
        for body in ("a", "a", "b")
    ]

    assert seen == [False, True, False]


async def test_a_batch_is_taken_in_together(stage: Stage) -> None:
    published = await stage.client.message.batch_json(
        [
            {"url": stage.url, "body": {"n": 1}, "deduplication_id": "same"},
            {"url": stage.url, "body": {"n": 2}, "deduplication_id": "same"},
            {"url": stage.url, "body": {"n": 3}, "retries": 0},
        ]
    )

    await stage.queue.delivered(2)
    bodies = sorted(json.loads(each.body)["n"] for each in stage.destination.received)
    assert [each.deduplicated for each in published if not isinstance(each, list)] == [
        False,
        True,
        False,
    ]
    assert bodies == [1, 3]


async def test_a_delayed_message_can_be_seen_and_cancelled(stage: Stage) -> None:
    published = await stage.publish_json(
        body={"n": 1},
        delay="1h",
        retries=4,
        retry_delay="max(1000, pow(2, retried))",
        flow_control={"key": "anna", "parallelism": 2},
    )

    message = await stage.client.message.get(published.message_id)
    assert message.not_before - message.created_at == 3_600_000
    assert (message.max_retries, message.body, message.method) == (4, '{"n": 1}', "POST")
    assert message.retry_delay_expression == "max(1000, pow(2, retried))"
    assert message.flow_control is not None
    assert (message.flow_control.key, message.flow_control.parallelism) == ("anna", 2)
    await stage.client.message.cancel(published.message_id)
    with pytest.raises(QStashError, match="404"):
        await stage.client.message.get(published.message_id)
    stage.queue.deliver_now()
    assert (await stage.queue.idle()).attempts == 0


async def test_many_messages_can_be_cancelled_at_once(stage: Stage) -> None:
    ids = [(await stage.publish(delay=60)).message_id for _ in range(4)]

    assert await stage.client.message.cancel_many([*ids[:2], ids[0], "msg_unknown"]) == 2
    assert await stage.client.message.cancel_all() == 2
    assert stage.queue.counts().pending == 0


async def test_not_before_in_the_past_means_now(stage: Stage) -> None:
    await stage.publish(not_before=1)

    await stage.destination.has(1)


async def test_the_signing_keys_can_be_asked_for(stage: Stage) -> None:
    keys = await stage.client.signing_key.get()

    assert (keys.current, keys.next) == (CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY)


async def test_a_wrong_token_is_refused(stage: Stage) -> None:
    stranger = AsyncQStash("wrong", base_url=stage.queue_url, retry=False)

    with pytest.raises(QStashError, match=r"401.*invalid token"):
        await stranger.message.publish(url=stage.url)
    assert stage.queue.counts().pending == 0
    await closed(stranger)


async def test_what_cannot_be_read_is_refused_with_a_reason(stage: Stage) -> None:
    with pytest.raises(QStashError, match=r"400.*invalid destination url"):
        await stage.publish(url="ftp://files.example")
    with pytest.raises(QStashError, match=r"400.*invalid upstash-delay"):
        await stage.publish(delay="soon")

    assert stage.queue.counts().pending == 0


async def test_a_route_that_is_not_there_says_so_in_json(stage: Stage) -> None:
    with pytest.raises(QStashError, match=r"404.*error"):
        await stage.client.url_group.list()


async def test_a_body_over_a_megabyte_is_refused(stage: Stage) -> None:
    with pytest.raises(QStashError, match="413"):
        await stage.publish(body=b"x" * (1024 * 1024 + 1))
    await stage.publish(body=b"x" * 1024 * 1024)

    [received] = await stage.destination.has(1)
    assert len(received.body) == 1024 * 1024


async def test_one_bad_message_refuses_its_whole_batch(stage: Stage) -> None:
    with pytest.raises(QStashError, match=r"400.*message 1"):
        await stage.client.message.batch_json([{"url": stage.url}, {"url": "ftp://no"}])
    assert stage.queue.counts().pending == 0
