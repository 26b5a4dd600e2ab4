"""A Postgres for each file of tests, and the import command as a user runs it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.commands.import_documents import main
from brain.documents.postgres import PostgresDocuments
from local.engines import postgres
from tests.documents.import_stage import Command, Printed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with postgres(tmp_path_factory.mktemp("postgres")) as engine:
        yield engine.url


@pytest.fixture
async def documents(url: str) -> AsyncIterator[PostgresDocuments]:
    database = Postgres(url)
    yield PostgresDocuments(database)
    await database.close()


@pytest.fixture
def user() -> str:
    return f"owner-{uuid4()}"


@pytest.fixture
def command(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return a runner for the command. It uses a thread, because the command has its own event
    loop.
    """

    async def run(folder: Path, *options: str, database: str | None = url) -> Printed:
        if database is None:
            monkeypatch.delenv("DATABASE_URL", raising=False)
        else:
            monkeypatch.setenv("DATABASE_URL", database)
        code = await asyncio.to_thread(main, [str(folder), *options])
        printed = capsys.readouterr()
        return Printed(code=code, out=printed.out, err=printed.err)

    return run


@pytest.fixture
def taken_in(command: Command, user: str) -> Callable[[Path], Awaitable[list[str]]]:
    """Return a runner that expects success, and returns the printed lines for this user."""

    async def run(folder: Path) -> list[str]:
        done = await command(folder, "--user", user)
        assert (done.code, done.err) == (0, "")
        return done.out.splitlines()

    return run
