"""A real Redis and a real Postgres for the flows of jobs."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from local.engines import postgres, valkey
from local.upstash import upstash_app
from tests.jobs.life.stage import JobStage, Script, ScriptedMinds, TestWiring, done, filed
from tests.local.serving import served

USERS = itertools.count(1)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    async with (
        valkey(tmp_path_factory.mktemp("redis")) as redis,
        postgres(tmp_path_factory.mktemp("postgres")) as database,
        served(upstash_app(redis.socket, token="a-token")) as url,
    ):
        yield {
            "UPSTASH_REDIS_REST_URL": url,
            "UPSTASH_REDIS_REST_TOKEN": "a-token",
            "DATABASE_URL": database.url,
        }


@pytest_asyncio.fixture(loop_scope="package")
async def make_stage(env: dict[str, str]) -> AsyncIterator[Callable[[Script], JobStage]]:
    async with AsyncExitStack() as stack:

        def make(script: Script, **more: str) -> JobStage:
            wiring = TestWiring({**env, **more}, ScriptedMinds(script))
            stack.push_async_callback(wiring.aclose)
            return JobStage(wiring, f"user-{next(USERS)}", {**env, **more})

        yield make


@pytest.fixture
def stage(make_stage: Callable[[Script], JobStage]) -> JobStage:
    """Helpers that are done at their first answer, and a reporter with a headline."""
    return make_stage(
        lambda asked: filed() if asked.is_reporter else done(f"Result of {asked.task}")
    )
