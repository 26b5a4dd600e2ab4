"""The persistent connection: failures, hangs and cancellations do not affect other calls."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from brain.cloud.postgres import database as postgres_adapter
from brain.cloud.postgres.database import Postgres
from brain.errors import DatabaseUnreachable
from local.engines import postgres

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

SOON_S = 0.5  # seconds, of a call that is meant to meet its limit


@pytest.fixture
async def database(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    yield database
    await database.close()


@pytest.fixture
async def hasty(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url, limit_s=SOON_S)
    yield database
    await database.close()


async def backend(connection: "Connection") -> int:
    """The process that serves this connection."""
    row = await (await connection.execute("select pg_backend_pid()")).fetchone()
    assert row is not None
    return int(row[0])


async def sleep(connection: "Connection") -> None:
    await (await connection.execute("select pg_sleep(60)")).fetchone()


async def test_calls_share_one_connection_and_none_sees_the_others_transaction(
    database: Postgres,
) -> None:
    async def work(connection: "Connection") -> tuple[int, int]:
        pid = await backend(connection)
        row = await (await connection.execute("select txid_current()")).fetchone()
        assert row is not None
        return pid, row[0]

    done = await asyncio.gather(*(database.run(work) for _ in range(10)))
    assert len({pid for pid, _ in done}) == 1
    assert len({transaction for _, transaction in done}) == 10


async def test_work_that_fails_leaves_nothing_behind(database: Postgres) -> None:
    class Objection(Exception):
        pass

    async def work(connection: "Connection") -> None:
        await connection.execute("insert into brain.operations (user_id, key) values ('a', 'b')")
        raise Objection

    async def count(connection: "Connection") -> tuple[int, ...] | None:
        return await (await connection.execute("select count(*) from brain.operations")).fetchone()

    with pytest.raises(Objection):
        await database.run(work)
    assert await database.run(count) == (0,)


async def test_functions_that_start_together_migrate_once(url: str) -> None:
    name = f"fresh_{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(f"create database {name}".encode())
    fresh = [Postgres(url.replace("/brain?", f"/{name}?")) for _ in range(4)]

    async def migrations(connection: "Connection") -> list[tuple[int, ...]]:
        return await (await connection.execute("select number from brain.migrations")).fetchall()

    seen = await asyncio.gather(*(database.run(migrations) for database in fresh))
    scripts = Path(postgres_adapter.__file__).parent / "sql"
    numbers = sorted((int(script.name[:3]),) for script in scripts.glob("[0-9]*.sql"))
    assert [sorted(done) for done in seen] == [numbers] * 4
    for database in fresh:
        await database.close()


async def test_a_migration_that_was_cut_off_goes_on_after_the_last_whole_step(url: str) -> None:
    name = f"fresh_{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(f"create database {name}".encode())
    here = url.replace("/brain?", f"/{name}?")
    async with await psycopg.AsyncConnection.connect(here, autocommit=True) as inside:
        await inside.execute("create schema brain")
        await inside.execute("create table brain.emails ()")  # in the way of the third step
        database = Postgres(here)
        with pytest.raises(DatabaseUnreachable):
            await database.run(backend)
        done = await inside.execute("select number from brain.migrations order by number")
        assert await done.fetchall() == [(1,), (2,)]
        await inside.execute("drop table brain.emails")
        assert await database.run(backend)
        await database.close()


async def test_a_schema_of_newer_code_is_accepted(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute("insert into brain.migrations values (9999)")
        database = Postgres(url)
        assert await database.run(backend)
        await database.close()
        await admin.execute("delete from brain.migrations where number = 9999")


async def test_a_restart_of_the_server_is_not_noticed_by_the_next_call(tmp_path: Path) -> None:
    async with postgres(tmp_path) as engine:
        database = Postgres(engine.url)
        before = await database.run(backend)
    async with postgres(tmp_path):
        after = await database.run(backend)
        assert after != before
        await database.close()


async def test_a_killed_connection_is_replaced_within_the_call(
    url: str, database: Postgres
) -> None:
    pid = await database.run(backend)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert await database.run(backend) != pid


async def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    async with postgres(tmp_path) as engine:
        database = Postgres(engine.url)
        await database.run(backend)
    with pytest.raises(DatabaseUnreachable):
        await database.run(backend)
    with pytest.raises(DatabaseUnreachable):
        await database.run(backend)


async def test_a_server_that_accepts_and_says_nothing_is_unreachable() -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        database = Postgres(f"postgresql://u:p@127.0.0.1:{port}/db?sslmode=disable", limit_s=SOON_S)
        with pytest.raises(DatabaseUnreachable, match=r"no answer from the database in 0\.5 s"):
            await database.run(backend)


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u:p@[::1/db", "postgresql://h:port/d"])
async def test_an_invalid_address_is_unreachable_and_not_quoted(url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        await Postgres(url).run(backend)
    assert url not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_parameters_that_vendors_add_for_other_clients_do_no_harm(url: str) -> None:
    database = Postgres(f"{url}&pgbouncer=true&supa=base-pooler.x&connect_timeout=7")
    assert await database.run(backend)
    await database.close()


async def test_the_other_form_of_an_address_works_too(url: str) -> None:
    host = url.partition("host=")[2].replace("%2F", "/")
    database = Postgres(f"host={host} user=postgres dbname=brain")
    assert await database.run(backend)
    await database.close()


async def test_a_call_that_takes_too_long_ends_and_the_next_one_works(hasty: Postgres) -> None:
    with pytest.raises(DatabaseUnreachable):
        await hasty.run(sleep)
    assert await hasty.run(backend)


async def test_a_server_that_freezes_during_a_call_blocks_nobody(hasty: Postgres) -> None:
    pid = await hasty.run(backend)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(DatabaseUnreachable):
            await hasty.run(backend)
        assert await hasty.run(backend) != pid
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_the_server_itself_ends_a_statement_whose_caller_froze(database: Postgres) -> None:
    async def bounds(connection: "Connection") -> list[str]:
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        asked = [await connection.execute(f"show {name}".encode()) for name in names]
        return [str((await cursor.fetchall())[0][0]) for cursor in asked]

    assert await database.run(bounds) == ["4s", "5s"]


async def test_a_cancelled_call_does_not_disturb_those_that_wait_behind_it(
    database: Postgres,
) -> None:
    begun = asyncio.Event()

    async def work(connection: "Connection") -> None:
        await backend(connection)
        begun.set()
        await sleep(connection)

    cancelled = asyncio.create_task(database.run(work))
    await begun.wait()
    waiting = [asyncio.create_task(database.run(backend)) for _ in range(3)]
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert all(await asyncio.gather(*waiting))


def every_error() -> Iterator[type[psycopg.Error]]:
    todo = [psycopg.Error]
    while todo:
        error = todo.pop()
        yield error
        todo.extend(error.__subclasses__())


async def test_no_error_of_the_driver_passes_the_border(database: Postgres) -> None:
    errors = list(every_error())
    assert len(errors) > 200
    for error in errors:

        async def work(connection: "Connection", error: type[psycopg.Error] = error) -> None:
            raise error("the user's words")

        with pytest.raises(DatabaseUnreachable) as caught:
            await database.run(work)
        assert "words" not in str(caught.value)


def test_a_connection_of_a_loop_that_is_gone_is_replaced(url: str) -> None:
    database = Postgres(url)
    first = asyncio.run(database.run(backend))

    async def again() -> int:
        pid = await database.run(backend)
        await database.close()
        return pid

    assert asyncio.run(again()) != first
