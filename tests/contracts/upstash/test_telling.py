"""Events that stand in no log, from the adapter that tells of them to one that listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from brain.cloud.redis.news import UpstashNews, parse_update, tell
from brain.cloud.redis.upstash import Upstash
from brain.codec import Json
from local.engines import valkey
from local.upstash import upstash_app
from tests.local.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "a-token"
CHANGE: Json = {"id": "d1", "author": "Hélène, \u2028 “the cook”", "place": 3}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("redis")
    async with valkey(folder) as engine, served(upstash_app(engine.socket, token=TOKEN)) as url:
        yield url


async def test_a_listener_gets_the_event_of_its_user_as_it_was_told(url: str) -> None:
    async with (
        aclosing(Upstash(url, TOKEN)) as redis,
        aclosing(UpstashNews(url, TOKEN)) as news,
        news.listen("anna") as updates,
    ):
        await tell(redis, "ben", "document", {"id": "of ben"})
        await tell(redis, "anna", "document", CHANGE)
        async with asyncio.timeout(10):
            update = await anext(updates)

    assert update.told == ("document", CHANGE)
    assert (update.last_seq, update.run_id) == (0, None)


@pytest.mark.parametrize(
    "payload",
    ["event", "event ", "event document", "event document {", "event document []", "event new {}"],
)
async def test_what_is_no_event_of_this_code_is_ignored(payload: str) -> None:
    assert parse_update(payload) is None
