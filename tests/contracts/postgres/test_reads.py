"""Reads of many callers share one transaction of the one connection."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from brain.cloud.postgres.database import Postgres
from brain.errors import DatabaseRefused, DatabaseUnreachable, EntryUnreadable

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection


@pytest.fixture
async def database(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    yield database
    await database.close()


async def one(connection: "Connection", sql: bytes) -> Any:
    row = await (await connection.execute(sql)).fetchone()
    assert row is not None
    return row[0]


async def test_reads_at_once_are_one_transaction(database: Postgres) -> None:
    async def work(connection: "Connection") -> Any:
        return await one(connection, b"select pg_current_xact_id()::text")

    found = await asyncio.gather(*(database.read(work) for _ in range(20)))
    assert len(set(found)) == 1
    assert await database.read(work) != found[0]


async def test_each_read_gets_its_own_answer(database: Postgres) -> None:
    def asking(number: int) -> Any:
        async def work(connection: "Connection") -> Any:
            first = await one(connection, b"select %d" % number)
            return first, await one(connection, b"select %d" % -number)

        return work

    found = await asyncio.gather(*(database.read(asking(number)) for number in range(30)))
    assert found == [(number, -number) for number in range(30)]


async def test_a_read_that_is_refused_fails_alone(database: Postgres) -> None:
    async def bad(connection: "Connection") -> Any:
        return await one(connection, b"select 1 / 0")

    async def good(connection: "Connection") -> Any:
        return await one(connection, b"select 7")

    works = [good, bad, good]
    found = await asyncio.gather(*map(database.read, works), return_exceptions=True)
    assert (found[0], found[2]) == (7, 7)
    assert isinstance(found[1], DatabaseRefused)
    assert await database.read(good) == 7


async def test_a_row_that_cannot_be_read_fails_alone(database: Postgres) -> None:
    async def odd(connection: "Connection") -> Any:
        raise EntryUnreadable(str(await one(connection, b"select 1")))

    async def good(connection: "Connection") -> Any:
        return await one(connection, b"select 7")

    found = await asyncio.gather(*map(database.read, [odd, good]), return_exceptions=True)
    assert isinstance(found[0], EntryUnreadable)
    assert found[1] == 7


async def test_without_a_database_every_read_is_told() -> None:
    database = Postgres("postgresql://127.0.0.1:1/brain")

    async def work(connection: "Connection") -> Any:
        return await one(connection, b"select 1")

    found = await asyncio.gather(*(database.read(work) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in found] == [DatabaseUnreachable] * 3
