"""Preferences in Postgres."""

from typing import TYPE_CHECKING

from brain.cloud.postgres.database import Postgres
from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_stored, preferences_to_stored

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

LOAD = b"select form from brain.preferences where user_id = %(user_id)s"
SAVE = b"""
    insert into brain.preferences (user_id, form) values (%(user_id)s, %(form)s)
    on conflict (user_id) do update set form = excluded.form, updated_at = now()
"""


class PostgresPreferences:
    """`PreferenceStore` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def preferences(self, user_id: str) -> Preferences:
        """Read one row by its key."""

        async def work(connection: "Connection") -> Preferences:
            row = await (await connection.execute(LOAD, {"user_id": user_id})).fetchone()
            return preferences_from_stored(row[0]) if row else Preferences()

        return await self._database.read(work)

    async def save(self, user_id: str, preferences: Preferences) -> None:
        """Insert or update one row."""
        from psycopg.types.json import Jsonb

        row = {"user_id": user_id, "form": Jsonb(preferences_to_stored(preferences))}

        async def work(connection: "Connection") -> None:
            await connection.execute(SAVE, row)

        await self._database.run(work)
