"""Whether the database has anything of a user that a run begins with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from brain.cloud.postgres.database import Postgres
from brain.errors import DatabaseUnreachable
from brain.jobs.plans.postgres import PostgresProfiles
from brain.jobs.plans.things import MainPersona
from brain.memory.archive import PostgresArchive
from brain.memory.postgres import PostgresFacts
from brain.preferences.model import Persona, Preferences
from brain.preferences.postgres import PostgresPreferences
from tests.contracts.postgres.test_archive import said

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

type Write = Callable[[Postgres, str], Awaitable[object]]
WRITES: dict[str, Write] = {
    "log": lambda database, user: PostgresArchive(database).store(user, [said(1, "Hello")]),
    "fact": lambda database, user: PostgresFacts(database).remember(
        user, text="I like tea.", source="", foreign=True, key="1"
    ),
    "settings": lambda database, user: PostgresPreferences(database).save(user, Preferences()),
    "persona": lambda database, user: MainPersona(profiles=PostgresProfiles(database)).keep_persona(
        user, Persona(name="Otto")
    ),
}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    yield database
    await database.close()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_a_user_with_any_of_these_rows_is_not_new(
    database: Postgres, anna: str, ben: str, write: Write
) -> None:
    assert await database.is_new(anna)
    await write(database, anna)
    assert not await database.is_new(anna)
    assert await database.is_new(ben)


async def test_users_who_come_at_once_are_told_apart(
    database: Postgres, anna: str, ben: str
) -> None:
    await WRITES["fact"](database, anna)
    asked = [anna, ben] * 60
    found = await asyncio.gather(*map(database.is_new, asked))
    assert found == [user == ben for user in asked]


async def test_a_lost_connection_is_replaced_within_the_call(database: Postgres, ben: str) -> None:
    async def ended(connection: "Connection") -> None:
        await connection.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnreachable):
        await database.run(ended)
    assert await database.is_new(ben)


async def test_without_a_database_nobody_is_said_to_be_new() -> None:
    database = Postgres("postgresql://127.0.0.1:1/brain")
    with pytest.raises(DatabaseUnreachable):
        await database.is_new("anna")
