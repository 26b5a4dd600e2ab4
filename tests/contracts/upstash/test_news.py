"""One suite for the news over Redis pub/sub and for those kept in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from brain.cloud.redis.news import UpstashNews
from brain.cloud.redis.scripts import FLAG, Keys
from brain.cloud.redis.upstash import Upstash
from brain.errors import StoreUnreachable
from brain.run.ports import LogUpdate, News
from local.engines import valkey
from local.server import serving
from local.upstash import upstash_app
from tests.fakes.news import MemoryNews

TOKEN = "a-token"
ANNA, BERT = (Keys.of(user).news() for user in ("anna", "bert"))
PUBLISH = f"{FLAG}return redis.pcall('PUBLISH', ARGV[1], ARGV[2])"

NO_BULLETINS = [
    "",
    "1",
    "1 running",
    "1 running r1 more",
    "1 running ",
    "one running r1",
    "-1 running r1",
    "\u0661 running r1",  # a digit, and none of ours
    "1234567890123456 running r1",
    "1 walking r1",
    '{"lastSeq": 1}',
    "ü\n\ndata: x",
]


@dataclass(frozen=True)
class Stage:
    news: News
    publish: Callable[[str, str], Awaitable[int]]  # to a channel; how many listeners there were
    break_off: Callable[[], Awaitable[None]]
    until_left: Callable[[str], Awaitable[None]]


@asynccontextmanager
async def in_memory() -> AsyncIterator[Stage]:
    news = MemoryNews()

    async def publish(channel: str, payload: str) -> int:
        return news.publish(channel, payload)

    async def break_off() -> None:
        news.break_off()

    yield Stage(news=news, publish=publish, break_off=break_off, until_left=news.until_left)


@asynccontextmanager
async def over_redis(folder: Path) -> AsyncIterator[Stage]:
    """The real adapter; a script publishes, as in production."""
    async with valkey(folder) as engine, AsyncExitStack() as server:
        app = upstash_app(engine.socket, token=TOKEN)
        url = (await server.enter_async_context(serving(app))).url
        async with (
            aclosing(UpstashNews(url, TOKEN)) as news,
            aclosing(Upstash(url, TOKEN)) as redis,
            httpx.AsyncClient(base_url=url) as control,
        ):

            async def publish(channel: str, payload: str) -> int:
                return int(await redis.evaluate(PUBLISH, [], [channel, payload], limit_s=5))

            async def until_left(channel: str) -> None:
                query = {"channel": channel, "count": "0"}
                left = await control.get("/_local/subscribers", params=query)
                assert left.status_code == 200

            yield Stage(news=news, publish=publish, break_off=server.aclose, until_left=until_left)


@pytest.fixture(params=["memory", "redis"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    async with (
        in_memory() if request.param == "memory" else over_redis(tmp_path) as stage,
        asyncio.timeout(20),
    ):
        yield stage


def update(last_seq: int, state: str = "running", run_id: str | None = "r1") -> LogUpdate:
    return LogUpdate(last_seq=last_seq, state=state, run_id=run_id)


async def take(heard: AsyncIterator[LogUpdate], count: int) -> list[LogUpdate]:
    return [await anext(heard) for _ in range(count)]


async def test_whatever_is_published_once_one_listens_is_heard_in_order(stage: Stage) -> None:
    async with stage.news.listen("anna") as heard:
        assert await stage.publish(ANNA, "1 running r1") == 1
        await stage.publish(ANNA, "2 done r1")
        await stage.publish(ANNA, "2 - -")
        assert await take(heard, 3) == [
            update(1),
            update(2, "done"),
            update(2, "-", None),
        ]


async def test_every_listener_of_a_user_hears_and_nobody_elses(stage: Stage) -> None:
    async with (
        stage.news.listen("anna") as one,
        stage.news.listen("anna") as two,
        stage.news.listen("bert") as other,
    ):
        assert await stage.publish(ANNA, "1 running r1") == 2
        await stage.publish(BERT, "9 stopped r9")
        assert await anext(one) == await anext(two) == update(1)
        assert await anext(other) == update(9, "stopped", "r9")


async def test_a_payload_that_is_not_an_update_is_skipped(stage: Stage) -> None:
    async with stage.news.listen("anna") as heard:
        for payload in NO_BULLETINS:
            assert await stage.publish(ANNA, payload) == 1
        await stage.publish(ANNA, "2 running r1")
        assert await anext(heard) == update(2)


async def test_waiting_may_be_given_up_and_begun_again(stage: Stage) -> None:
    async with stage.news.listen("anna") as heard:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(heard)
        await stage.publish(ANNA, "1 running r1")
        assert await anext(heard) == update(1)


async def test_a_subscription_that_breaks_is_told_to_its_listener(stage: Stage) -> None:
    async with stage.news.listen("anna") as heard:
        await stage.publish(ANNA, "1 running r1")
        assert await anext(heard) == update(1)
        await stage.break_off()
        with pytest.raises(StoreUnreachable):
            assert [more async for more in heard] == []


async def test_a_listener_who_leaves_is_removed(stage: Stage) -> None:
    async with stage.news.listen("anna"):
        assert await stage.publish(ANNA, "1 running r1") == 1
    await stage.until_left(ANNA)
    assert await stage.publish(ANNA, "2 running r1") == 0


async def test_a_listener_whose_caller_is_cut_off_leaves_too(stage: Stage) -> None:
    entered = asyncio.Event()

    async def listen() -> None:
        async with stage.news.listen("anna") as heard:
            entered.set()
            await anext(heard)

    listening = asyncio.create_task(listen())
    await entered.wait()
    listening.cancel()
    await asyncio.wait({listening})
    await stage.until_left(ANNA)
    assert listening.cancelled()


async def test_one_may_listen_again_after_leaving(stage: Stage) -> None:
    for seq in (1, 2):
        async with stage.news.listen("anna") as heard:
            await stage.publish(ANNA, f"{seq} running r1")
            assert await anext(heard) == update(seq)
