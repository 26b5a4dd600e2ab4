"""Our requests to Upstash are those of its SDK, and so is what we read in the answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError
from upstash_redis.format import FORMATTERS

from brain.cloud.redis.rest import PLAIN, CommandRefused, RestClient
from local.engines import valkey
from local.faults import body_of, replay
from local.upstash import upstash_app
from tests.local.serving import served

TOKEN = "a-token"
pytestmark = pytest.mark.asyncio(loop_scope="module")

FLAGGED = "#!lua flags=allow-key-locking\nreturn {KEYS[1], ARGV[1], 3, false, {'OK', ''}}"
COMMANDS: list[list[str]] = [
    ["SET", "k", 'Grüße 👋 \x00\r\n"\\/'],
    ["SET", "k", "new", "GET"],
    ["GET", "k"],
    ["GET", "missing"],
    ["HSET", "h", "a", "1", "b", "OK"],
    ["HGETALL", "h"],
    ["HMGET", "h", "a", "b", "c"],
    ["HEXISTS", "h", "a"],
    ["RPUSH", "l", "1", "2"],
    ["LRANGE", "l", "0", "-1"],
    ["ZADD", "z", "1.5", "one"],
    ["ZRANGE", "z", "0", "-1", "WITHSCORES"],
    ["ZRANGEBYSCORE", "z", "-inf", "+inf"],
    ["ZSCORE", "z", "one"],
    ["XADD", "x", "1-0", "u", "text"],
    ["XREVRANGE", "x", "+", "-", "COUNT", "1"],
    ["EXPIRE", "k", "100"],
    ["TYPE", "x"],
    ["SCAN", "0", "MATCH", "none"],
    ["HSCAN", "h", "0"],
    ["SCRIPT", "EXISTS", "0" * 40],
    ["PUBLISH", "channel", "text"],
    ["DEL", "k", "h"],
    ["GET", "k", "too many"],
    ["LPUSH", "z", "of the wrong type"],
    ["EVALSHA", "0" * 40, "0"],
    ["NONSENSE"],
]


class Recorder:
    """Keeps what arrives: path, headers that matter, and body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.seen: list[tuple[str, dict[bytes, bytes], bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        body = await body_of(receive)
        names = (b"authorization", b"content-type", b"content-length")
        headers = {
            name: value
            for name, value in scope["headers"]
            if name in names or name.startswith(b"upstash")
        }
        self.seen.append((scope["path"], headers, body))

        async def with_token(message: Message) -> None:
            if message["type"] == "http.response.start":
                token = (b"upstash-sync-token", b"token-%d" % len(body))
                message = {**message, "headers": [*message["headers"], token]}
            await send(message)

        await self._app(scope, replay(body, receive), with_token)


@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[tuple[str, Recorder]]:
    async with valkey(folder) as engine:
        recorder = Recorder(upstash_app(engine.socket, token=TOKEN))
        async with served(recorder) as url:
            yield url, recorder


class Two:
    """The vendor's SDK and our client, each with a store of its own."""

    def __init__(self, sdk: Redis, ours: RestClient, seen: Sequence[Recorder]) -> None:
        self.sdk, self.ours, self._seen = sdk, ours, seen

    async def same(
        self,
        by_sdk: Callable[[Redis], Awaitable[Any]],
        by_ours: Callable[[RestClient], Awaitable[Any]],
    ) -> Any:
        """Return the answer, after checking that both sent and read the same."""
        found = await asyncio.gather(_told(by_sdk(self.sdk)), _told(by_ours(self.ours)))
        assert found[0] == found[1]
        assert self._seen[0].seen == self._seen[1].seen
        return found[0]


async def _told(answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    except (UpstashError, CommandRefused) as refused:
        return f"refused: {refused}"


@pytest_asyncio.fixture(loop_scope="module")
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with store(tmp_path / "a") as (url, a), store(tmp_path / "b") as (other, b):
        sdk = Redis(url, TOKEN, rest_retries=0, allow_telemetry=False)
        async with sdk, aclosing(RestClient(other, TOKEN, at_once=2)) as ours:
            yield Two(sdk, ours, (a, b))


async def test_commands_are_sent_and_answered_as_by_the_sdk(two: Two) -> None:
    found = [
        await two.same(
            lambda sdk, command=command: sdk.execute(list(command)),  # type: ignore[misc]
            lambda ours, command=command: ours.send(command),  # type: ignore[misc]
        )
        for command in COMMANDS
    ]
    assert sum(isinstance(each, str) and each.startswith("refused: ") for each in found) == 4


async def test_a_batch_is_sent_and_answered_as_by_the_sdk(two: Two) -> None:
    def by_sdk(sdk: Redis) -> Awaitable[Any]:
        pipeline = sdk.pipeline()
        for command in COMMANDS[:-4]:
            pipeline.execute(list(command))
        return pipeline.exec()

    answers = await two.same(by_sdk, lambda ours: ours.send_all(COMMANDS[:-4]))
    assert len(answers) == len(COMMANDS) - 4


async def test_a_script_is_sent_and_answered_as_by_the_sdk(two: Two) -> None:
    digest, keys, args = sha1(FLAGGED.encode()).hexdigest(), ["k"], ["Grüße"]
    by_digest = (
        lambda sdk: sdk.evalsha(digest, keys=keys, args=args),
        lambda ours: ours.send(["EVALSHA", digest, len(keys), *keys, *args]),
    )
    assert (await two.same(*by_digest)).startswith("refused: NOSCRIPT")
    answer = await two.same(
        lambda sdk: sdk.eval(FLAGGED, keys=keys, args=args),
        lambda ours: ours.send(["EVAL", FLAGGED, len(keys), *keys, *args]),
    )
    assert answer == ["k", "Grüße", 3, None, ["OK", ""]]
    assert await two.same(*by_digest) == answer


async def test_the_sdk_does_not_convert_the_answers_that_we_take_as_they_are() -> None:
    assert PLAIN & FORMATTERS.keys() == set()
