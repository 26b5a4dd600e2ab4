"""Dovecot, the mail server of `make dev`, and Postgres, each started once for these tests."""

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from local.engines import postgres
from local.mailbox.dovecot import Dovecot, dovecot
from local.mailbox.server import LocalMailbox, local_mailbox
from tests.contracts.email.stage import Account, OnDovecot, OnLocal


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with postgres(tmp_path_factory.mktemp("postgres")) as engine:
        yield engine.url


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def dovecot_server() -> AsyncIterator[Dovecot]:
    # Dovecot reads mail as nobody, who must be able to enter, and its sockets need a short path.
    folder = tempfile.mkdtemp(prefix="brain-mail-", dir="/tmp")
    os.chmod(folder, 0o755)
    async with dovecot(Path(folder)) as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    yield database
    await database.close()


@contextmanager
def in_a_thread(folder: Path) -> Iterator[LocalMailbox]:
    """The mail server of `make dev` in its own loop, because the tests sometimes block theirs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        running = local_mailbox(folder, seeds=False)
        mailbox = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(30)
        try:
            yield mailbox
        finally:
            ending = running.__aexit__(None, None, None)
            asyncio.run_coroutine_threadsafe(ending, loop).result(30)
            asyncio.run_coroutine_threadsafe(_all_done(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _all_done() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def on_dovecot(dovecot_server: Dovecot, database: Postgres) -> Account:
    name = f"user-{uuid4().hex}"
    return Account(
        server=OnDovecot(dovecot_server), name=name, user_id=f"id-{name}", database=database
    )


@pytest.fixture
def on_local(tmp_path: Path, database: Postgres) -> Iterator[Account]:
    with in_a_thread(tmp_path / "mailbox") as mailbox:
        yield Account(
            server=OnLocal(mailbox),
            name="robin@brain.example",
            user_id=f"id-{uuid4().hex}",
            database=database,
        )


@pytest.fixture(params=["dovecot", "local"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(f"on_{request.param}")
    return found
