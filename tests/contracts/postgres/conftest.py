"""A real Postgres for each file of tests, the documents in it, and two users whom nobody knows."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.documents.ports import Documents
from brain.documents.postgres import PostgresDocuments
from brain.jobs.ports import JobStore
from local.engines import postgres
from tests.contracts.postgres.jobs_stage import FakeJobs, KeptJobs, RealJobs
from tests.fakes.documents import FakeDocuments


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with postgres(tmp_path_factory.mktemp("postgres")) as engine:
        yield engine.url


@pytest.fixture
def anna() -> str:
    return f"anna-{uuid4()}"


@pytest.fixture
def ben() -> str:
    return f"ben-{uuid4()}"


@pytest.fixture
async def real_documents(url: str) -> AsyncIterator[Documents]:
    database = Postgres(url)
    yield PostgresDocuments(database)
    await database.close()


@pytest.fixture(params=["real", "fake"])
def documents(request: pytest.FixtureRequest) -> Documents:
    kept: Documents = (
        request.getfixturevalue("real_documents") if request.param == "real" else FakeDocuments()
    )
    return kept


@pytest.fixture
async def real_jobs(url: str) -> AsyncIterator[RealJobs]:
    kept = RealJobs(url)
    yield kept
    await kept.close()


@pytest.fixture(params=["real", "fake"])
def kept(request: pytest.FixtureRequest) -> KeptJobs:
    made: KeptJobs = request.getfixturevalue("real_jobs") if request.param == "real" else FakeJobs()
    return made


@pytest.fixture
def jobs(kept: KeptJobs) -> JobStore:
    return kept.jobs


@pytest.fixture
def others(kept: KeptJobs) -> JobStore:
    """The same jobs, on another connection."""
    return kept.others
