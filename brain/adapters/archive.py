"""The archive of the log in Postgres."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brain.adapters.postgres import Postgres
from brain.core.codec import entry_from_wire, entry_to_wire
from brain.domain.messages import LogEntry

if TYPE_CHECKING:
    from brain.adapters.postgres import Connection

# A user who was away for long enough begins a new log at 1: the newest entry of a place counts.
STORE = b"""
    insert into brain.archive (user_id, seq, entry)
    select %(user_id)s, seq, entry
    from unnest(%(seqs)s::bigint[], %(entries)s::json[]) as given (seq, entry)
    on conflict (user_id, seq) do update set entry = excluded.entry
"""
READ = b"""
    select entry from brain.archive
    where user_id = %(user_id)s and seq > %(since)s
    order by seq
    limit %(limit)s
"""


class PostgresArchive:
    """`Archive` in Postgres. An entry is kept in its wire form."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """One statement for all of them."""
        from psycopg.types.json import Json

        row = {
            "user_id": user_id,
            "seqs": [entry.seq for entry in entries],
            "entries": [Json(entry_to_wire(entry)) for entry in entries],
        }

        async def work(connection: "Connection") -> None:
            await connection.execute(STORE, row)

        await self._database.run(work)

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """Raises EntryUnreadable for an entry that newer code wrote."""
        asked = {"user_id": user_id, "since": since, "limit": limit}

        async def work(connection: "Connection") -> Sequence[LogEntry]:
            rows = await (await connection.execute(READ, asked)).fetchall()
            return tuple(entry_from_wire(entry) for (entry,) in rows)

        return await self._database.run(work)
