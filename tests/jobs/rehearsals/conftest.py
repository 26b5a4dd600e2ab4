"""Real engines for the rehearsals of a file."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol
from uuid import uuid4

import pytest
import pytest_asyncio

from local.engines import postgres, valkey
from local.upstash import upstash_app
from tests.docs.test_docs import SET_UP
from tests.jobs.rehearsals.stage import Cast, House, Stage
from tests.local.serving import served


class MakeStage(Protocol):
    """Makes a stage for a cast, in this deployment."""

    def __call__(self, cast: Cast, house: type[House] = House) -> Stage: ...


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, str]]:
    folder = tmp_path_factory.mktemp
    async with (
        postgres(folder("postgres")) as database,
        valkey(folder("redis")) as engine,
        served(upstash_app(engine.socket, token="a-token")) as url,
    ):
        yield {
            **SET_UP,
            "UPSTASH_REDIS_REST_URL": url,
            "UPSTASH_REDIS_REST_TOKEN": "a-token",
            "DATABASE_URL": database.url,
        }


@pytest_asyncio.fixture(loop_scope="package")
async def stage(env: Mapping[str, str]) -> AsyncIterator[MakeStage]:
    made: list[Stage] = []

    def make(cast: Cast, house: type[House] = House) -> Stage:
        made.append(Stage.of(env, cast, f"anna-{uuid4()}", house))
        return made[-1]

    yield make
    for each in made:
        await each.aclose()
