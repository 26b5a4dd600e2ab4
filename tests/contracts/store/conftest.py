"""The two Redis: the real one over REST, and the one in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import count

import pytest
import pytest_asyncio

from brain.cloud.redis.scripts import BatchRedis
from brain.cloud.redis.upstash import Upstash
from local.engines import valkey
from local.upstash import upstash_app
from tests.contracts.store.stage import Stage, Watch
from tests.fakes.redis import MemoryRedis
from tests.local.serving import served


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def real(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BatchRedis]:
    async with (
        valkey(tmp_path_factory.mktemp("redis")) as engine,
        served(upstash_app(engine.socket, token="a-token")) as url,
        aclosing(Upstash(url, "a-token")) as redis,
    ):
        yield redis


USERS = count(1)


@pytest.fixture(params=["memory", "valkey"])
def stage(request: pytest.FixtureRequest, real: BatchRedis) -> Stage:
    user = f"user-{next(USERS)}"
    if request.param == "valkey":
        # Time on the real one passes by itself; there is no event for it.
        return Stage(redis=real, pass_time=asyncio.sleep, user=user)
    watch = Watch()
    return Stage(redis=MemoryRedis(lambda: watch.ms), pass_time=watch.pass_time, user=user)


@pytest.fixture
def patient() -> Stage:
    """A stage in memory, where time can be moved forward."""
    watch = Watch()
    return Stage(redis=MemoryRedis(lambda: watch.ms), pass_time=watch.pass_time, user="anna")
