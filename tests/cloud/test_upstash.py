"""Requests to Redis over a bad connection: retries, time limits and errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from brain.cloud.meter import new_meter
from brain.cloud.redis.scripts import Script
from brain.cloud.redis.store import RedisStore
from brain.cloud.redis.upstash import TRY_S, Upstash
from brain.errors import StoreRefused, StoreUnreachable
from brain.run.limits import Limits
from brain.run.moves import Admitted, Arrival
from local.engines import valkey
from local.faults import Fault, FaultInjector
from local.upstash import upstash_app
from tests.local.serving import served

TOKEN = "a-token"
COUNT = "return redis.call('INCRBY', KEYS[1], ARGV[1])"
ECHO = "return {KEYS[1], ARGV[1], 3, false}"


@dataclass(frozen=True)
class Stage:
    redis: Upstash
    faults: FaultInjector
    url: str

    async def count(self, *, limit_s: float = 5.0) -> Any:
        return await self.redis.evaluate(COUNT, ["k"], ["1"], limit_s=limit_s)

    def struck(self) -> list[int]:
        return [times for _, times in self.faults.seen]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with valkey(tmp_path) as engine:
        faults = FaultInjector(upstash_app(engine.socket, token=TOKEN))
        async with served(faults) as url, aclosing(Upstash(url, TOKEN)) as redis:
            yield Stage(redis=redis, faults=faults, url=url)
            faults.clear()


class SameAnswer:
    """A store that gives the same answer to every request, and keeps the requests."""

    def __init__(self, status: int, content: object) -> None:
        self.answer = JSONResponse(content, status)
        self.seen: list[tuple[Headers, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.seen.append((request.headers, await request.json()))
            await self.answer(scope, receive, send)


@asynccontextmanager
async def answering(status: int, content: object) -> AsyncIterator[tuple[Upstash, SameAnswer]]:
    app = SameAnswer(status, content)
    async with served(app) as url, aclosing(Upstash(url, TOKEN)) as redis:
        yield redis, app


@pytest.mark.parametrize("token", ["x" * 9_000, "caf\xe9"])
async def test_a_sync_token_that_cannot_be_sent_back_is_not_kept(token: str) -> None:
    async with answering(200, {"result": "OK"}) as (redis, app):
        app.answer.headers["Upstash-Sync-Token"] = "a-token"
        await redis.execute(["PING"], limit_s=1)
        app.answer.headers["Upstash-Sync-Token"] = token
        for _ in range(2):
            assert await redis.execute(["PING"], limit_s=1) == "OK"
    assert [head["upstash-sync-token"] for head, _ in app.seen] == ["", "a-token", "a-token"]


async def test_the_result_of_a_script_is_returned_unchanged(stage: Stage) -> None:
    answer = await stage.redis.evaluate(ECHO, ["k"], ["Grüße 👋"], limit_s=1)
    assert answer == ["k", "Grüße 👋", 3, None]
    assert await stage.redis.execute(["HSET", "h", "a", "1"], limit_s=1) == 1
    assert await stage.redis.execute(["HMGET", "h", "a", "b"], limit_s=1) == ["1", None]


async def test_several_commands_are_one_request_with_the_answers_in_order(stage: Stage) -> None:
    await stage.redis.execute(["HSET", "h", "a", "Grüße"], limit_s=1)
    commands = [["HMGET", "h", "a", "b"], ["LRANGE", "l", "0", "-1"], ["HMGET", "none", "a"]]
    found = await stage.redis.execute_all(commands, limit_s=1)
    assert found == [["Grüße", None], [], [None]]
    async with httpx.AsyncClient() as http:
        counts = (await http.get(f"{stage.url}/_local/counts")).json()
    assert counts["requests"] == 2
    assert await stage.redis.execute_all([], limit_s=1) == []


async def test_one_refused_command_of_several_is_a_refusal(stage: Stage) -> None:
    await stage.redis.execute(["HSET", "h", "a", "1"], limit_s=1)
    with pytest.raises(StoreRefused, match="WRONGTYPE"):
        await stage.redis.execute_all([["HMGET", "h", "a"], ["GET", "h"]], limit_s=1)


@pytest.mark.parametrize("text", ["[]", '[{"result": [null]}]', "{}", "null", "<html>"])
async def test_an_answer_to_several_commands_that_is_not_whole_is_asked_for_again(
    stage: Stage, text: str
) -> None:
    stage.faults.add(Fault(kind="status", status=200, text=text))
    commands = [["HMGET", "h", "a"], ["HMGET", "g", "a"]]
    assert await stage.redis.execute_all(commands, limit_s=5) == [[None], [None]]
    assert stage.struck() == [1]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="refuse"),
        Fault(kind="refuse", status=0),
        Fault(kind="html"),
        Fault(kind="status", status=500, text="not JSON"),
        Fault(kind="status", status=200, text="[]"),
        Fault(kind="status", status=200, text="{}"),
        Fault(kind="status", status=200, text="null"),
    ],
)
async def test_an_unexecuted_request_is_sent_again(stage: Stage, fault: Fault) -> None:
    stage.faults.add(fault)
    assert await stage.count() == 1
    assert stage.struck() == [1]


async def test_a_request_with_a_lost_response_is_sent_again(stage: Stage) -> None:
    assert await stage.count() == 1
    stage.faults.add(Fault(kind="lose"))
    assert await stage.count() == 3  # twice: so every script has to bear it


@pytest.mark.parametrize("kind", ["lose", "refuse"])
async def test_a_script_is_learned_again_at_any_moment(
    stage: Stage, kind: Literal["lose", "refuse"]
) -> None:
    for body, expected in (("EVALSHA", 1), ('"EVAL"', 2 if kind == "refuse" else 3)):
        await stage.redis.execute(["SCRIPT", "FLUSH"], limit_s=1)
        stage.faults.add(Fault(kind=kind, body=body))
        assert await stage.count() == expected
    assert stage.struck() == [1, 1]


async def test_the_text_of_a_script_is_sent_once(stage: Stage) -> None:
    text = f"{COUNT} -- {'x' * 5_000}"
    async with httpx.AsyncClient() as http:
        await http.post(f"{stage.url}/_local/counts/reset")
        for _ in range(3):
            await stage.redis.evaluate(text, ["k"], ["1"], limit_s=1)
        counts = (await http.get(f"{stage.url}/_local/counts")).json()
    assert counts["byCommand"] == {"evalsha": 3, "eval": 1, "incrby": 3}
    assert 5_000 < counts["bytesIn"] < 6_000


@pytest.mark.parametrize(
    "error",
    [
        "No matching script. Please use EVAL.",
        "ERR unknown command 'EVALSHA', with args beginning with: 'a' '1' 'k'",
    ],
)
async def test_servers_without_the_script_get_its_text_whatever_they_call_it(error: str) -> None:
    async with answering(400, {"error": error}) as (redis, app):
        with pytest.raises((StoreUnreachable, StoreRefused)):
            await redis.evaluate(COUNT, ["k"], ["1"], limit_s=1)
    assert [command[:2] for _, command in app.seen[1:]] == [["EVAL", COUNT]]


@pytest.mark.parametrize("learned", ["EVAL", "EVALSHA"])
async def test_what_is_sent_is_counted_for_its_run(stage: Stage, learned: str) -> None:
    if learned == "EVALSHA":
        await stage.count()
    running = new_meter()
    await stage.count()
    await stage.redis.execute_all([["GET", "k"], ["GET", "l"]], limit_s=1)
    sent = 2 if learned == "EVAL" else 1
    assert (running.counts.round_trips, running.counts.commands) == (sent + 1, sent + 2)


async def test_a_repeated_admission_gives_the_same_result(
    stage: Stage,
) -> None:
    store = RedisStore(stage.redis, Limits())
    stage.faults.add(Fault(kind="lose"))
    admitted = await store.admit(
        Arrival(
            user_id="anna",
            id="u1",
            text="Hi",
            message_id="message-1",
            agent_call_id=None,
            recent_context=(),
            created_at=datetime(2026, 1, 31, tzinfo=UTC),
            holder="h1",
            new_run_id="r1",
        )
    )
    assert stage.struck() == [1]
    assert isinstance(admitted, Admitted)
    assert (admitted.token.fence, admitted.seq) == (1, 1)
    page = await store.read("anna", since=0, limit=10)
    assert [entry.seq for entry in page.entries] == [1]


async def test_an_unreachable_store_fails_at_the_limit(stage: Stage) -> None:
    stage.faults.add(Fault(kind="refuse", times=None))
    began = asyncio.get_running_loop().time()
    with pytest.raises(StoreUnreachable):
        await stage.count(limit_s=1.6)
    assert asyncio.get_running_loop().time() - began < 1.6 + TRY_S
    # At once, after 0.05 and after 0.2 s, and on; a busy machine may miss the last of them.
    [tries] = stage.struck()
    assert tries >= 3


async def test_a_hanging_store_fails_at_the_limit(stage: Stage) -> None:
    armed = stage.faults.add(Fault(kind="hang"))
    with pytest.raises(StoreUnreachable, match="TimeoutError"):
        await stage.count(limit_s=1)
    assert armed.is_spent
    assert await stage.count() == 1


async def test_the_client_works_again_after_an_outage(stage: Stage) -> None:
    stage.faults.add(Fault(kind="refuse", status=0, times=None))
    with pytest.raises(StoreUnreachable):
        await stage.count(limit_s=0.5)
    stage.faults.clear()
    assert await stage.count() == 1


async def test_a_rejected_request_is_not_sent_again(stage: Stage) -> None:
    async with aclosing(Upstash(stage.url, "another-token")) as stranger:
        with pytest.raises(StoreUnreachable, match="WRONGPASS"):
            await stranger.execute(["GET", "k"], limit_s=1)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["LPUSH", "brain:{u}:run", "private words"], "key=run code=WRONGTYPE"),
        (["XADD", "brain:{u}:log", "1-0", "u", "private words"], "key=log code=ERR"),
        (["HINCRBY", "brain:{u}:memory", "private words"], "key=memory code=ERR"),
    ],
)
async def test_what_the_store_refuses_for_good_is_named_by_the_kind_of_the_key(
    stage: Stage, command: list[str], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.redis.execute(["SET", "brain:{u}:run", "private words"], limit_s=1)
    await stage.redis.execute(["XADD", "brain:{u}:log", "5-0", "u", "x"], limit_s=1)
    with pytest.raises(StoreRefused) as refused:
        await stage.redis.execute(command, limit_s=1)
    assert f"store: refused for good, {code}" in caplog.text
    assert "private" not in f"{refused.value} {caplog.text}"


async def test_a_script_names_the_kind_of_the_key_that_refuses(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    script = Script("tests.cloud", "refused", 1.0)
    await stage.redis.execute(["HSET", "brain:{u}:run", "state", "private words"], limit_s=1)
    with pytest.raises(StoreRefused):
        await script.run(stage.redis, ["brain:{u}:run"], {"field": "state"})
    assert "store: refused for good, key=run code=ERR" in caplog.text
    assert "private" not in caplog.text


async def test_a_text_that_cannot_be_encoded_is_our_mistake_and_not_sent_again(
    stage: Stage,
) -> None:
    with pytest.raises(UnicodeEncodeError):
        await stage.redis.execute(["SET", "k", "\ud800"], limit_s=1)


async def test_an_error_does_not_quote_the_request(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.faults.add(Fault(kind="refuse", times=None))
    told = []
    for script in (ECHO, "return private_words", "error('private words')"):
        with pytest.raises(StoreUnreachable) as error:
            await stage.redis.evaluate(script, ["k"], ["private words"], limit_s=0.05)
        told.append(str(error.value))
        stage.faults.clear()
    assert "private" not in f"{told} {caplog.text}"
    assert TOKEN not in f"{told} {caplog.text}"


async def test_an_error_response_is_not_retried() -> None:
    refusal = {"error": "ERR max daily request limit exceeded"}
    async with answering(400, refusal) as (redis, app):
        with pytest.raises(StoreUnreachable, match="the store refused: ERR"):
            await redis.execute(["GET", "k"], limit_s=1)
        with pytest.raises(StoreUnreachable, match="the store refused: ERR"):
            await redis.execute_all([["GET", "k"]], limit_s=1)
        assert len(app.seen) == 2


async def test_a_response_of_an_unknown_type_is_a_refusal() -> None:
    async with answering(200, {"result": {"a": 1}}) as (redis, app):
        with pytest.raises(StoreUnreachable):
            await redis.execute(["GET", "k"], limit_s=1)
        assert len(app.seen) == 1


async def test_a_response_in_the_wrong_encoding_is_invalid() -> None:
    async with answering(200, {"result": "plain"}) as (redis, _):
        with pytest.raises(StoreUnreachable, match="no answer from the store"):
            await redis.execute(["GET", "k"], limit_s=0.05)


async def test_a_request_carries_the_token_and_asks_for_an_encoded_answer() -> None:
    async with answering(200, {"result": None}) as (redis, app):
        assert await redis.execute(["GET", "k"], limit_s=1) is None
    [(headers, command)] = app.seen
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["upstash-encoding"] == "base64"
    assert "upstash-telemetry-sdk" not in headers
    assert command == ["GET", "k"]


def test_a_client_works_on_each_event_loop() -> None:
    async def ask() -> list[Any]:
        async with answering(200, {"result": None}) as (_, app), served(app) as url:
            redis._rest._http._url = url
            return [await redis.execute(["GET", "k"], limit_s=1) for _ in range(2)]

    redis = Upstash("http://redis.example", TOKEN)
    assert [asyncio.run(ask()), asyncio.run(ask())] == [[None, None]] * 2
    asyncio.run(redis.aclose())


async def test_many_calls_at_once_are_all_answered(stage: Stage) -> None:
    assert await stage.count() == 1
    await asyncio.gather(*(stage.count() for _ in range(50)))
    assert await stage.count() == 52
