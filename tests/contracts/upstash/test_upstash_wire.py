"""The Redis REST API on the wire: the parts that the SDK does not show."""

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from local.engines import valkey
from local.upstash import upstash_app
from local.upstash.requests import MAX_BYTES
from tests.local.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "a-token"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with (
        valkey(tmp_path_factory.mktemp("redis")) as engine,
        served(upstash_app(engine.socket, token=TOKEN)) as url,
    ):
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        await client.get("/flushall")
        yield client


async def test_a_command_may_stand_in_the_path(client: httpx.AsyncClient) -> None:
    await client.get("/set/a%2Fb/v%20%C3%BC/EX/100")
    await client.post("/set/body?EX=100&NX", content=b'{"a": 1}')

    assert (await client.get("/get/a%2Fb")).json() == {"result": "v ü"}
    assert (await client.get("/get/body")).json() == {"result": '{"a": 1}'}
    assert (await client.get("/ttl/body")).json() == {"result": 100}


async def test_the_token_may_stand_in_the_query(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]

    assert (await client.get(f"/ping?_token={TOKEN}")).json() == {"result": "PONG"}
    refused = await client.get("/ping?_token=wrong")
    assert refused.status_code == 401
    assert refused.json()["error"].startswith("WRONGPASS invalid or missing auth token")


async def test_every_string_but_ok_is_encoded_when_asked(client: httpx.AsyncClient) -> None:
    commands = [["SET", "a", "OK"], ["GET", "a"], ["PING"], ["XADD", "s", "1-1", "ü", 5]]
    commands += [["XRANGE", "s", "-", "+"], ["STRLEN", "a"], ["GET", "none"]]

    answer = await client.post("/pipeline", json=commands, headers={"Upstash-Encoding": "base64"})

    results = [each["result"] for each in answer.json()]
    assert results[:4] == ["OK", "T0s=", "UE9ORw==", "MS0x"]
    assert results[4:] == [[["MS0x", ["w7w=", "NQ=="]]], 2, None]


async def test_what_is_not_unicode_is_replaced_in_plain_text(client: httpx.AsyncClient) -> None:
    await client.get("/set/a/%ff")

    plain = await client.get("/get/a")
    encoded = await client.get("/get/a", headers={"Upstash-Encoding": "base64"})

    assert plain.json() == {"result": "\ufffd"}
    assert encoded.json() == {"result": "/w=="}


async def test_numbers_keep_the_form_they_were_written_in(client: httpx.AsyncClient) -> None:
    await client.post("/", content=b'["MSET", "a", 1.10, "b", 12345678901234567890, "c", true]')

    assert (await client.get("/mget/a/b/c")).json() == {
        "result": ["1.10", "12345678901234567890", "true"]
    }


async def test_a_failing_command_leaves_the_rest_of_a_pipeline_standing(
    client: httpx.AsyncClient,
) -> None:
    commands = [["SET", "a", "x"], ["INCR", "a"], ["BLPOP", "a", 0], ["GET", "a"]]

    answer = await client.post("/pipeline", json=commands)

    assert answer.status_code == 200
    [done, failed, refused, last] = answer.json()
    assert (done, last) == ({"result": "OK"}, {"result": "x"})
    assert failed == {"error": "ERR value is not an integer or out of range"}
    assert refused["error"].startswith("ERR Command is not available: 'BLPOP'")


async def test_a_transaction_fails_in_one_command_and_runs_the_others(
    client: httpx.AsyncClient,
) -> None:
    commands = [["SET", "a", "x"], ["INCR", "a"], ["APPEND", "a", "y"]]

    answer = await client.post("/multi-exec", json=commands)

    assert answer.json()[1:] == [
        {"error": "ERR value is not an integer or out of range"},
        {"result": 2},
    ]


async def test_a_transaction_with_a_wrong_command_is_discarded(client: httpx.AsyncClient) -> None:
    answer = await client.post("/multi-exec", json=[["SET", "a", "x"], ["GET"]])

    assert answer.status_code == 400
    assert answer.json() == {"error": "ERR wrong number of arguments for 'get' command"}
    assert (await client.get("/get/a")).json() == {"result": None}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", b""),
        ("/", b"["),
        ("/", b"[]"),
        ("/", b'{"a": 1}'),
        ("/", b'["GET", null]'),
        ("/", b'["GET", ["a"]]'),
        ("/", b'["SET", "a", NaN]'),
        ("/", b'["GET", "\\ud800"]'),
        ("/", b'["GET", "\xff"]'),
        ("/", b"[" * 100_000),
        ("/pipeline", b"[]"),
        ("/pipeline", b'["GET", "a"]'),
        ("/multi-exec", b'{"a": []}'),
    ],
)
async def test_what_is_not_a_command_gets_one_clear_error(
    client: httpx.AsyncClient, path: str, body: bytes
) -> None:
    answer = await client.post(path, content=body)

    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert answer.json()["error"].startswith("ERR ")


async def test_ten_megabytes_are_the_limit_both_ways(client: httpx.AsyncClient) -> None:
    text = "x" * (MAX_BYTES - len('["SET","a",""]'))
    fits = json.dumps(["SET", "a", text], separators=(",", ":")).encode()

    stored = await client.post("/", content=fits)
    refused = await client.post("/", content=fits + b" ")
    answer = await client.get("/mget/a/a")

    assert stored.json() == {"result": "OK"}
    assert refused.status_code == 413
    assert refused.json()["error"] == (
        f"ERR max request size exceeded. Limit: {MAX_BYTES} bytes, Actual: {MAX_BYTES + 1} bytes"
    )
    assert answer.status_code == 400
    assert "max request size exceeded" in answer.json()["error"]


async def test_only_four_methods_are_known(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/get/a")).status_code == 405
    assert (await client.put("/set/a", content=b"x")).json() == {"result": "OK"}


async def test_the_counts_include_round_trips_commands_and_bytes(client: httpx.AsyncClient) -> None:
    script = "#!lua flags=allow-key-locking\nredis.call('SET', KEYS[1], 1) redis.call('TIME')"
    await client.get("/ping")
    await client.post("/_local/counts/reset")

    body = json.dumps(["EVAL", script, 1, "a"]).encode()
    first = await client.post("/", content=body)
    second = await client.post("/multi-exec", content=b'[["GET", "a"], ["GET", "b"]]')

    assert (await client.get("/_local/counts")).json() == {
        "requests": 2,
        "commands": 5,
        "bytesIn": len(body) + 28,
        "bytesOut": len(first.content) + len(second.content),
        "byCommand": {"eval": 1, "set": 1, "time": 1, "get": 2},
    }


async def test_a_killed_engine_is_missed_and_found_again(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with valkey(tmp_path) as engine:
            app = upstash_app(engine.socket, token=TOKEN)
            url = await stack.enter_async_context(served(app))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            await client.get("/set/a/kept")
            os.kill(engine.pid, signal.SIGKILL)
            down = await client.get("/get/a")
            while down.status_code == 200:  # the signal is still on its way
                down = await client.get("/get/a")

        async with valkey(tmp_path):
            again = await client.get("/get/a")

    assert down.status_code == 500
    assert down.json()["error"].startswith("ERR the database cannot be reached")
    assert again.json() == {"result": "kept"}


async def test_a_restarted_engine_is_found_again_by_the_next_request(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with valkey(tmp_path) as engine:
            url = await stack.enter_async_context(served(upstash_app(engine.socket, token=TOKEN)))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            await client.get("/set/a/kept")

        async with valkey(tmp_path):
            assert (await client.get("/get/a")).json() == {"result": "kept"}
