"""One whole deployment for all tests of the check; each check has users of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contracts.deployment.stage import Whole, whole


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with whole(tmp_path_factory.mktemp("whole")) as site:
        yield site
