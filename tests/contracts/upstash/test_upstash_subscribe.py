"""Pub/sub over REST: as it goes over the wire, and before the vendor's JavaScript SDK.

The Python SDK has no call for it.
"""

import asyncio
import json
import os
import shutil
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from upstash_redis.asyncio import Redis

from local.engines import valkey
from local.server import serving
from local.upstash import upstash_app

ROOT = Path(__file__).parents[3]
SUBSCRIBER = Path(__file__).parent / "js" / "subscriber.js"
TOKEN = "a-token"
STREAM = {"Accept": "text/event-stream"}
SUBSCRIBERS = "/_local/subscribers"


@dataclass(frozen=True)
class Stage:
    url: str
    client: httpx.AsyncClient
    engine_pid: int

    async def publish(self, channel: str, payload: str) -> int:
        async with Redis(self.url, TOKEN, rest_retries=0) as redis:
            return await redis.publish(channel, payload)

    @asynccontextmanager
    async def subscribed(
        self, path: str, headers: dict[str, str] | None = None
    ) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of a stream, from the first one on."""
        async with (
            asyncio.timeout(20),
            self.client.stream("POST", path, headers=STREAM | (headers or {})) as response,
        ):
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/event-stream"
            yield response.aiter_lines()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with (
        valkey(tmp_path) as engine,
        serving(upstash_app(engine.socket, token=TOKEN)) as address,
        httpx.AsyncClient(base_url=address.url) as client,
    ):
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield Stage(url=address.url, client=client, engine_pid=engine.pid)


async def take(lines: AsyncIterator[str], count: int) -> list[str]:
    return [await anext(lines) for _ in range(count)]


async def test_a_subscriber_is_told_that_it_is_one_and_then_every_message(stage: Stage) -> None:
    async with stage.subscribed("/subscribe/chat") as lines:
        assert await take(lines, 2) == ["data: subscribe,chat,1", ""]
        assert await stage.publish("chat", "hello, you, ü") == 1
        assert await stage.publish("another", "unheard") == 0
        await stage.publish("chat", "")
        assert await take(lines, 2) == ["data: message,chat,hello, you, ü", ""]
        assert await take(lines, 2) == ["data: message,chat,", ""]


async def test_a_channels_name_may_be_escaped_and_the_encoding_changes_nothing(
    stage: Stage,
) -> None:
    encoded = {"Upstash-Encoding": "base64"}
    async with stage.subscribed("/subscribe/a%7Bb%7D%3Ac", encoded) as lines:
        assert await take(lines, 2) == ["data: subscribe,a{b}:c,1", ""]
        await stage.publish("a{b}:c", "plain")
        assert await anext(lines) == "data: message,a{b}:c,plain"


async def test_a_payload_of_several_lines_stays_one_event(stage: Stage) -> None:
    async with stage.subscribed("/subscribe/chat") as lines:
        await take(lines, 2)
        await stage.publish("chat", "one\ntwo")
        assert await take(lines, 3) == ["data: message,chat,one", "data: two", ""]


async def test_a_pattern_hears_every_channel_that_fits(stage: Stage) -> None:
    async with stage.subscribed("/psubscribe/news:*") as lines:
        assert await take(lines, 2) == ["data: psubscribe,news:*,1", ""]
        await stage.publish("news:anna", "x")
        assert await anext(lines) == "data: pmessage,news:*,news:anna,x"


@pytest.mark.parametrize("call", ["call", "pcall"])
async def test_a_script_that_locks_its_keys_may_publish(stage: Stage, call: str) -> None:
    script = (
        "#!lua flags=allow-key-locking\n"
        f"redis.call('SET', KEYS[1], '1') return redis.{call}('PUBLISH', ARGV[1], ARGV[2])"
    )
    async with stage.subscribed("/subscribe/chat") as lines:
        await take(lines, 2)
        async with Redis(stage.url, TOKEN, rest_retries=0) as redis:
            assert await redis.eval(script, keys=["key"], args=["chat", "from a script"]) == 1
        assert await anext(lines) == "data: message,chat,from a script"


async def test_a_subscription_costs_one_command_and_every_byte_is_counted(stage: Stage) -> None:
    await stage.client.get("/ping")
    await stage.client.post("/_local/counts/reset")
    async with stage.subscribed("/subscribe/chat") as lines:
        first = await take(lines, 2)
        counts = (await stage.client.get("/_local/counts")).json()
    assert (counts["requests"], counts["commands"]) == (1, 1)
    assert counts["byCommand"] == {"subscribe": 1}
    assert counts["bytesOut"] == len("\n".join([*first, ""]))


async def test_without_the_streams_header_it_is_a_command_that_rest_does_not_have(
    stage: Stage,
) -> None:
    answer = await stage.client.post("/subscribe/chat")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("ERR Command is not available: 'SUBSCRIBE'")


@pytest.mark.parametrize(
    ("path", "token", "status", "error"),
    [
        ("/subscribe/chat", "wrong", 401, "WRONGPASS "),
        ("/subscribe/", TOKEN, 400, "ERR wrong number of arguments for 'subscribe' command"),
    ],
)
async def test_a_rejected_subscriber_gets_the_reason(
    stage: Stage, path: str, token: str, status: int, error: str
) -> None:
    headers = STREAM | {"Authorization": f"Bearer {token}"}
    answer = await stage.client.post(path, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(error)


async def test_a_subscriber_who_leaves_is_removed(stage: Stage) -> None:
    async with stage.subscribed("/subscribe/chat"), stage.subscribed("/subscribe/chat"):
        both = await stage.client.get(SUBSCRIBERS, params={"channel": "chat", "count": 2})
    none = await stage.client.get(SUBSCRIBERS, params={"channel": "chat", "count": 0})

    assert (both.status_code, both.json()) == (200, {"chat": 2})
    assert (none.status_code, none.json()) == (200, {})
    assert await stage.publish("chat", "to nobody") == 0


async def test_waiting_for_a_subscriber_who_does_not_come_ends(stage: Stage) -> None:
    query = {"channel": "chat", "count": "1", "timeout": "0.01"}
    late = await stage.client.get(SUBSCRIBERS, params=query)
    assert (late.status_code, late.json()) == (408, {})


async def test_the_stream_ends_with_the_engine(stage: Stage) -> None:
    async with stage.subscribed("/subscribe/chat") as lines:
        await take(lines, 2)
        os.kill(stage.engine_pid, signal.SIGKILL)
        assert [line async for line in lines] == []


async def test_without_an_engine_nobody_is_subscribed(tmp_path: Path) -> None:
    app = upstash_app(tmp_path / "nothing.sock", token=TOKEN)
    async with serving(app) as address, httpx.AsyncClient(base_url=address.url) as client:
        headers = STREAM | {"Authorization": f"Bearer {TOKEN}"}
        answer = await client.post("/subscribe/chat", headers=headers)
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("ERR the database cannot be reached")


async def test_the_stream_breaks_with_the_server(tmp_path: Path) -> None:
    async with valkey(tmp_path) as engine, httpx.AsyncClient() as client:
        async with serving(upstash_app(engine.socket, token=TOKEN)) as address:
            url = f"{address.url}/subscribe/chat?_token={TOKEN}"
            response = await client.send(
                client.build_request("POST", url, headers=STREAM), stream=True
            )
            lines = response.aiter_lines()
            await take(lines, 2)
        with pytest.raises(httpx.RemoteProtocolError):
            await anext(lines)


async def test_the_vendors_own_subscriber_hears_what_is_published(stage: Stage) -> None:
    async with subscriber_js(stage.url, TOKEN, "chat", "a{b}:c") as notes:
        confirmed = [await anext(notes), await anext(notes)]
        await stage.publish("a{b}:c", "7 done run,1")
        await stage.publish("chat", '{"text": "ü"}')
        heard = [await anext(notes), await anext(notes)]

    assert confirmed == [{"note": "subscribe", "count": 1}] * 2
    assert {note["channel"]: note["message"] for note in heard} == {
        "a{b}:c": "7 done run,1",
        "chat": {"text": "ü"},
    }


async def test_the_vendors_own_subscriber_is_told_of_a_wrong_token(stage: Stage) -> None:
    async with subscriber_js(stage.url, "wrong", "chat") as notes:
        refused = await anext(notes)
    assert refused["note"] == "error"
    assert "WRONGPASS" in refused["text"]


@asynccontextmanager
async def subscriber_js(*arguments: str) -> AsyncIterator[AsyncIterator[Any]]:
    """What the SDK receives, in node."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "@upstash" / "redis").is_dir():
        pytest.fail("Node 20 or @upstash/redis is missing: run `make check`", pytrace=False)
    process = await asyncio.create_subprocess_exec(
        node, SUBSCRIBER, *arguments, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = process.stdout
    try:
        async with asyncio.timeout(30):
            yield (json.loads(line) async for line in lines)
    finally:
        process.stdin.close()  # the script ends with its input
        await process.wait()
