"""A rehearsed brain reaches its own rows of the database alone, also in a transaction of others."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.cloud.world import NotInThisWorld
from brain.jobs.rehearsals.fences import OwnDatabase

MIND = "m-1"
READ = b"select %(user_id)s::text"


def of(user_id: str) -> Any:
    """Return work that reads the rows of a user."""

    async def work(connection: Any) -> str:
        row = await (await connection.execute(READ, {"user_id": user_id})).fetchone()
        return str(row[0])

    return work


@pytest_asyncio.fixture(loop_scope="package")
async def own(url: str) -> AsyncIterator[OwnDatabase]:
    database = Postgres(url)
    yield OwnDatabase(database, MIND)
    await database.close()


async def test_it_reads_its_own_rows(own: OwnDatabase) -> None:
    assert await own.run(of(MIND)) == await own.run(of(MIND), implicit=True) == MIND
    assert await own.read(of(MIND)) == MIND


@pytest.mark.parametrize("how", ["run", "read"])
async def test_rows_of_somebody_else_are_out_of_reach(own: OwnDatabase, how: str) -> None:
    with pytest.raises(NotInThisWorld):
        await getattr(own, how)(of("anna"))
    assert await own.read(of(MIND)) == MIND
