"""One deployment for all tests of the routes; each test has its own user."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from local.engines import postgres
from tests.routes.resources_stage import ACCOUNT, OWNER, Caller, Home
from tests.routes.stage import Deployment, User, deployed


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    async with deployed(tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment


@pytest.fixture
def user(deployment: Deployment) -> User:
    return deployment.user()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def home(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployment.changed(DATABASE_URL=engine.url, **ACCOUNT) as http,
    ):
        database = Postgres(engine.url)
        yield Home(url=engine.url, http=http, database=database)
        await database.close()


@pytest.fixture
def anna(home: Home) -> Caller:
    return Caller(id=f"anna-{uuid4()}", http=home.http)


@pytest.fixture
def ben(home: Home) -> Caller:
    return Caller(id=f"ben-{uuid4()}", http=home.http)


@pytest.fixture
def owner(home: Home) -> Caller:
    return Caller(id=OWNER, http=home.http)
