"""The Redis on which the stories are told: one in memory, and a real one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.golden.engines import real_keep
from tests.golden.keeps import InMemory, Keep, Real


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def valkey_keep(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Real]:
    async with real_keep(tmp_path_factory.mktemp("redis")) as keep:
        yield keep


@pytest_asyncio.fixture(params=["memory", "valkey"], loop_scope="package")
async def keep(request: pytest.FixtureRequest, valkey_keep: Real) -> Keep:
    if request.param == "memory":
        return InMemory()
    await valkey_keep.begin_anew()
    return valkey_keep
