"""Upstash's own SDK, against our stand-in over a real Redis: it must not notice a difference."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha1
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from upstash_redis import Redis as SyncRedis
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from local.engines import valkey
from local.upstash import upstash_app
from tests.local.serving import served

TOKEN = "a-token"
pytestmark = pytest.mark.asyncio(loop_scope="module")

FLAG = "#!lua flags=allow-key-locking\n"


@asynccontextmanager
async def stand_in(folder: Path) -> AsyncIterator[str]:
    async with (
        valkey(folder) as engine,
        served(upstash_app(engine.socket, token=TOKEN)) as url,
    ):
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with stand_in(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="module")
async def redis(url: str) -> AsyncIterator[Redis]:
    async with Redis(url, TOKEN, rest_retries=0) as redis:
        await redis.flushall()
        yield redis


@pytest.mark.parametrize("encoding", ["base64", None])
@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "",
        "OK",
        "Grüße, 世界 👋",
        '{"a": [1, null]}',
        "a\x00b\r\n$5\r\n\x1b",
        "x" * 300_000,
    ],
)
async def test_a_string_comes_back_as_it_went(
    url: str, encoding: Literal["base64"] | None, value: str
) -> None:
    async with Redis(url, TOKEN, rest_encoding=encoding, rest_retries=0) as redis:
        await redis.set("key", value)
        assert await redis.get("key") == value


async def test_the_blocking_client_is_served_as_well(url: str) -> None:
    def round_trip() -> str | None:
        with SyncRedis(url, TOKEN, rest_retries=0) as redis:
            redis.set("key", "väl")
            return redis.get("key")

    assert await asyncio.to_thread(round_trip) == "väl"


async def test_missing_keys_and_numbers_are_returned_as_such(redis: Redis) -> None:
    assert await redis.get("missing") is None
    assert await redis.incrby("n", 5) == 5
    await redis.set("float", 1.5)
    assert await redis.get("float") == "1.5"
    assert await redis.ping() == "PONG"


async def test_hashes_and_lists_keep_their_shape(redis: Redis) -> None:
    await redis.hset("hash", values={"a": "1", "ü": "zwei"})
    await redis.rpush("list", "one", "two", "three")

    assert await redis.hgetall("hash") == {"a": "1", "ü": "zwei"}
    assert await redis.hmget("hash", "a", "none") == ["1", None]
    assert await redis.lrange("list", 0, -1) == ["one", "two", "three"]
    assert await redis.lpop("list") == "one"


async def test_a_stream_is_read_both_ways_and_trimmed(redis: Redis) -> None:
    for seq in range(1, 6):
        await redis.xadd("log", f"{seq}-0", {"text": f"Nummer {seq}"})

    forward = await redis.xrange("log", "4-0", "+")
    backward = await redis.xrevrange("log", "+", "-", count=1)
    await redis.xtrim("log", maxlen=2, approximate=False)

    assert [fields for _, fields in forward] == [["text", "Nummer 4"], ["text", "Nummer 5"]]
    assert [entry_id for entry_id, _ in backward] == ["5-0"]
    assert await redis.xlen("log") == 2


@pytest.mark.parametrize("flag", ["", FLAG])
async def test_a_script_answers_with_nested_arrays_nil_and_integers(
    redis: Redis, flag: str
) -> None:
    script = flag + (
        "redis.call('SET', KEYS[1], ARGV[1])\n"
        "return {1, {'ä', false, {}}, redis.call('GET', KEYS[1]), redis.status_reply('OK'), 2.9}"
    )

    reply = await redis.eval(script, keys=["key"], args=["väl"])

    assert reply == [1, ["ä", None, []], "väl", "OK", 2]


@pytest.mark.parametrize("flag", ["", FLAG])
async def test_a_stored_script_runs_by_the_digest_of_what_was_sent(redis: Redis, flag: str) -> None:
    script = flag + "return redis.call('INCR', KEYS[1])"

    with pytest.raises(UpstashError, match=r"^NOSCRIPT "):
        await redis.evalsha("0" * 40, keys=["key"])
    digest = await redis.script_load(script)

    assert digest == sha1(script.encode()).hexdigest()
    assert await redis.evalsha(digest, keys=["key"]) == 1
    assert await redis.script_exists(digest) == [True]
    await redis.script_flush()
    with pytest.raises(UpstashError, match=r"^NOSCRIPT "):
        await redis.evalsha(digest, keys=["key"])
    assert await redis.eval(script, keys=["key"]) == 2
    assert await redis.evalsha(digest, keys=["key"]) == 3


@pytest.mark.parametrize(
    ("call", "broken"),
    [
        ("redis.call('GET', 'other')", "KEYS: other"),
        ("redis.pcall('GET', 'other')", "KEYS: other"),
        ("server.call('GET', 'other')", "KEYS: other"),
        ("redis.call('MGET', KEYS[1], 'other')", "KEYS: other"),
        ("redis.call('COPY', KEYS[1], 'other')", "KEYS: other"),
        ("redis.call('keys', '*')", "the whole keyspace"),
    ],
)
async def test_a_script_that_locks_its_keys_may_touch_no_others(
    redis: Redis, call: str, broken: str
) -> None:
    await redis.set("other", "secret")

    await redis.eval(f"return {call}", keys=["key"])  # without the flag all is allowed
    with pytest.raises(UpstashError, match=f"allow-key-locking touches .*{broken}"):
        await redis.eval(f"{FLAG}local reply = {call}\nreturn reply", keys=["key"])


async def test_a_script_that_locks_its_keys_does_all_else(redis: Redis) -> None:
    script = FLAG + (
        "local failed = redis.pcall('LPUSH', KEYS[1], 'x')\n"
        "redis.call('HSET', KEYS[2], 'n', 7)\n"
        "return {failed.err, #redis.call('TIME'), redis.call('HGET', KEYS[2], 'n')}"
    )
    await redis.set("text", "x")

    [error, parts, number] = await redis.eval(script, keys=["text", "hash"])

    assert error.startswith("WRONGTYPE ")
    assert (parts, number) == (2, "7")


@pytest.mark.parametrize("flag", ["#!lua\n", FLAG])
async def test_an_error_in_a_script_names_the_scripts_line(redis: Redis, flag: str) -> None:
    await redis.set("text", "x")

    with pytest.raises(UpstashError, match=r"^WRONGTYPE .*user_script:3"):
        await redis.eval(f"{flag}\nredis.call('LPUSH', KEYS[1], 'x')\n", keys=["text"])
    with pytest.raises(UpstashError, match=r"^ERR user_script:2: .*arithmetic"):
        await redis.eval(f"{flag}return nil + 1", keys=["text"])


async def test_a_failing_command_says_what_redis_says(redis: Redis) -> None:
    await redis.set("text", "x")

    with pytest.raises(UpstashError, match=r"^WRONGTYPE Operation against a key"):
        await redis.lpush("text", "y")
    with pytest.raises(UpstashError, match=r"^ERR syntax error"):
        await redis.execute(["SET", "a", "b", "NONSENSE"])
    with pytest.raises(UpstashError, match=r"^ERR wrong number of arguments for 'get' command"):
        await redis.execute(["GET"])


@pytest.mark.parametrize(
    "command",
    [
        ["BLPOP", "list", "0"],
        ["WATCH", "key"],
        ["subscribe", "news"],
        ["MONITOR"],
        ["MULTI"],
        ["CONFIG", "GET", "*"],
        ["SHUTDOWN"],
        ["XREAD", "BLOCK", "0", "STREAMS", "s", "0"],
        ["NO_SUCH_COMMAND", "x"],
    ],
)
async def test_what_rest_cannot_do_is_refused_at_once(redis: Redis, command: list[str]) -> None:
    with pytest.raises(
        UpstashError, match=rf"^ERR Command is not available: '{command[0].upper()}"
    ):
        await redis.execute(command)

    assert await redis.ping() == "PONG"


async def test_a_pipeline_answers_in_order(redis: Redis) -> None:
    pipeline = redis.pipeline()
    pipeline.set("a", "1").incr("a").eval(f"{FLAG}return KEYS[1]", keys=["ü"]).get("none")

    assert await pipeline.exec() == [True, 2, "ü", None]


async def test_a_transaction_runs_whole_or_not_at_all(redis: Redis) -> None:
    good, bad = redis.multi(), redis.multi()
    good.set("a", "1").incr("a")
    bad.set("a", "9")
    bad.execute(["WATCH", "a"])

    assert await good.exec() == [True, 2]
    with pytest.raises(AttributeError):  # what the SDK makes of one error for the whole batch
        await bad.exec()
    assert await redis.get("a") == "2"


async def test_a_wrong_token_is_rejected(url: str) -> None:
    async with Redis(url, "wrong", rest_retries=0) as stranger:
        with pytest.raises(UpstashError, match=r"^WRONGPASS invalid or missing auth token"):
            await stranger.get("key")


async def test_state_is_there_again_after_a_restart(tmp_path: Path) -> None:
    for expected in [1, 2]:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(stand_in(tmp_path))
            redis = await stack.enter_async_context(Redis(url, TOKEN, rest_retries=0))
            assert await redis.incr("starts") == expected
