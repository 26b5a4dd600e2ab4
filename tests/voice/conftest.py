"""One deployment for the tests of the voice front ends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.routes.stage import Deployment, deployed


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    async with deployed(tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment
