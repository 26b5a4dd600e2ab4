"""The news over a bad connection to Redis."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import respx

from brain.cloud.redis.news import BACKLOG, Inbox, UpstashNews
from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.upstash import Upstash
from brain.errors import StoreUnreachable
from brain.run.ports import LogUpdate
from local.engines import valkey
from local.faults import Fault, FaultInjector
from local.server import serving
from local.upstash import upstash_app

TOKEN = "a-token"
CHANNEL = Keys.of("anna").news()
CHANNEL_IN_PATH = CHANNEL.replace(":", "%3A").replace("{", "%7B").replace("}", "%7D")
URL = "http://redis.example"


@dataclass(frozen=True)
class Stage:
    news: UpstashNews
    faults: FaultInjector
    url: str
    engine_pid: int


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with valkey(tmp_path) as engine:
        faults = FaultInjector(upstash_app(engine.socket, token=TOKEN))
        async with serving(faults) as address, aclosing(UpstashNews(address.url, TOKEN)) as news:
            yield Stage(news=news, faults=faults, url=address.url, engine_pid=engine.pid)
            faults.clear()


async def refusal(news: UpstashNews) -> str:
    with pytest.raises(StoreUnreachable) as error:
        async with news.listen("anna"):
            pytest.fail("it was not confirmed")
    return str(error.value)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="refuse"),
        Fault(kind="refuse", status=0),
        Fault(kind="html"),
        Fault(kind="status", status=200, text="<html>"),
        Fault(kind="status", status=200, text="data: subscribe,another,1\n\n"),
        Fault(kind="status", status=429),
    ],
)
async def test_without_a_confirmation_there_is_no_subscription(stage: Stage, fault: Fault) -> None:
    stage.faults.add(fault)
    await refusal(stage.news)
    async with stage.news.listen("anna"):
        pass  # the next one is let in


async def test_a_hanging_store_fails_within_the_limit(stage: Stage) -> None:
    armed = stage.faults.add(Fault(kind="hang", path="/subscribe"))
    assert "TimeoutError" in await refusal(stage.news)
    assert armed.is_spent


async def test_the_limit_applies_to_the_confirmation_only(
    stage: Stage,
) -> None:
    async with (
        aclosing(UpstashNews(stage.url, TOKEN, confirm_s=1.5)) as news,
        news.listen("anna") as heard,
        aclosing(Upstash(stage.url, TOKEN)) as redis,
    ):
        with pytest.raises(TimeoutError):  # twice the limit, and nothing to hear
            async with asyncio.timeout(3.0):
                await anext(heard)
        await redis.execute(["PUBLISH", CHANNEL, "1 running r1"], limit_s=5)
        assert (await anext(heard)).last_seq == 1


async def test_an_unreachable_address_fails_at_once() -> None:
    async with serving(FaultInjector(upstash_app(Path("none"), token=TOKEN))) as address:
        pass
    async with aclosing(UpstashNews(address.url, TOKEN)) as news:
        assert "ConnectError" in await refusal(news)


async def test_a_wrong_token_is_reported_without_showing_it(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with aclosing(UpstashNews(stage.url, "another-token")) as stranger:
        told = await refusal(stranger)
    assert "401" in told
    assert "another-token" not in f"{told} {caplog.text}"


async def test_the_end_of_the_engine_ends_the_subscription(stage: Stage) -> None:
    async with stage.news.listen("anna") as heard:
        os.kill(stage.engine_pid, signal.SIGKILL)
        with pytest.raises(StoreUnreachable, match="the stream ended"):
            await anext(heard)


async def test_events_without_an_empty_line_between_them_are_parsed() -> None:
    lines = ["subscribe,{},1", "message,{},1 running r1", "message,{},2 done r1"]
    stream = "".join(f"data: {line.format(CHANNEL)}\n" for line in lines)
    async with respx.mock(base_url=URL) as wire, aclosing(UpstashNews(f"{URL}/", TOKEN)) as news:
        route = wire.post(path__startswith="/subscribe/").respond(text=stream)
        async with news.listen("anna") as heard:
            assert [(await anext(heard)).last_seq for _ in range(2)] == [1, 2]
    request = route.calls.last.request
    assert request.url.raw_path.decode() == f"/subscribe/{CHANNEL_IN_PATH}"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept"] == "text/event-stream"


async def test_an_event_loop_reuses_its_client(stage: Stage) -> None:
    async with stage.news.listen("anna"):
        kept = stage.news._client
        async with stage.news.listen("bert"):
            assert stage.news._client is kept


def test_each_event_loop_has_its_own_client() -> None:
    async def listen(news: UpstashNews) -> object:
        async with news.listen("anna"):
            return news._client

    with respx.mock(base_url=URL) as wire:
        stream = f"data: subscribe,{CHANNEL},1\n"
        wire.post(path__startswith="/subscribe/").mock(
            side_effect=lambda _: httpx.Response(200, text=stream)
        )
        news = UpstashNews(URL, TOKEN)
        assert asyncio.run(listen(news)) is not asyncio.run(listen(news))


async def test_closing_without_a_subscription_does_nothing() -> None:
    await UpstashNews(URL, TOKEN).aclose()


async def test_a_slow_listener_loses_the_oldest_updates() -> None:
    inbox = Inbox()
    for seq in range(1, BACKLOG + 11):
        inbox.put(LogUpdate(last_seq=seq, state="running", run_id="r1"))
    seqs = [(await anext(inbox)).last_seq for _ in range(BACKLOG)]
    assert seqs == list(range(11, BACKLOG + 11))


async def test_updates_before_a_break_are_delivered_before_it() -> None:
    inbox = Inbox()
    inbox.put(LogUpdate(last_seq=1, state="running", run_id="r1"))
    inbox.end("the stream ended")
    assert (await anext(inbox)).last_seq == 1
    with pytest.raises(StoreUnreachable):
        await anext(inbox)
