"""A stack for talks with pages: its functions have the time that they have on the platform."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.walks.conftest import Town, founded


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run everything under the real runtime."""
    async with founded(tmp_path_factory.mktemp("stack"), {}) as town:
        yield town
