"""One stack for all tests of this folder; each test has an owner of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.walks.jobs.stage import Owner, Stage, staged


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("jobs")) as stage:
        yield stage


@pytest.fixture
def owner(stage: Stage) -> Owner:
    return stage.owner()


@pytest.fixture(autouse=True)
def peace(stage: Stage) -> Iterator[None]:
    """After each test the services are as they were."""
    yield
    stage.calm()
