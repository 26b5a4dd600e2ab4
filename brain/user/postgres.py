"""The rows of a user in all tables that have any.

The tables are found in the database's catalog, by their columns. So a new table is exported and
erased without a change here.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, LiteralString

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.entries import erased
from brain.codec import Json
from brain.run.messages import LogEntry
from brain.run.records import ENTRY
from brain.user.model import Blank, RowCounts, Table

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from brain.cloud.postgres.database import Connection

ROW = ("ctid",)  # stands in for a primary key
OWNERS = ("user_id", "mind_id")  # columns that say whose a row is
READ_AT_ONCE = 50  # rows in memory; one may have 200,000 characters
AT_ONCE = 1_000  # rows that one transaction deletes or changes
ARCHIVE = "archive"

TABLES = b"""
    select
        c.relname::text,
        array_agg(a.attname::text) filter (where a.attname = any(%(owners)s)),
        (
            select array_agg(part.attname::text order by place)
            from pg_index i
            cross join unnest(i.indkey::int2[]) with ordinality as k (number, place)
            join pg_attribute part on part.attrelid = c.oid and part.attnum = k.number
            where i.indrelid = c.oid and i.indisprimary
        ),
        array_agg(a.attname::text order by a.attnum) filter (
            where a.atttypid <> 'tsvector'::regtype
        )
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where
        c.relnamespace = 'brain'::regnamespace and c.relkind in ('r', 'p')
        and a.attnum > 0 and not a.attisdropped
    group by c.oid, c.relname
    having bool_or(a.attname = any(%(owners)s))
"""
# Which table's rows go with those of which.
REFERENCES = b"""
    select con.conrelid::regclass::text, con.confrelid::regclass::text
    from pg_constraint con
    where con.contype = 'f' and con.connamespace = 'brain'::regnamespace
"""
# The text of an entry is looked at, as `->>` refuses what has a NUL anywhere.
STORED = b"""
    select id, seq, at, substring(entry::text from '"role": ?"([a-z]+)"') from brain.archive
    where user_id = %(user_id)s and seq between %(first)s and %(last)s
        and entry::text !~ '"kind": ?"erased"'
    order by seq, id
    limit %(limit)s
"""
REPLACE = b"""
    insert into brain.archive (user_id, id, seq, at, entry, lasting, language, search, words)
    values (%(user_id)s, %(id)s, %(seq)s, %(at)s, %(entry)s, false, null, ''::tsvector, 2)
    on conflict (user_id, id) do update set
        entry = excluded.entry, lasting = false, language = null, search = excluded.search,
        words = excluded.words
"""


class UserRows:
    """`Rows` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def tables(self) -> Sequence[Table]:
        """Return the tables with rows of users or minds, those that refer to others first."""

        async def work(connection: "Connection") -> Sequence[Table]:
            found = await connection.execute(TABLES, {"owners": [*OWNERS]})
            tables = {
                name: Table(
                    name=name, owners=tuple(owners), key=tuple(key or ROW), columns=tuple(columns)
                )
                for name, owners, key, columns in await found.fetchall()
            }
            pairs = await (await connection.execute(REFERENCES)).fetchall()
            return [tables[name] for name in _ordered(tables, pairs)]

        return await self._database.run(work)

    async def delete(self, ids: Sequence[str], *, only: str | None = None) -> RowCounts:
        """Delete in portions: a transaction must not take long."""
        counts: dict[str, int] = {}
        for table in await self.tables():
            if only in (None, table.name):
                counts[table.name] = await self._delete_all(table, ids)
        return counts

    async def read(self, table: Table, ids: Sequence[str]) -> AsyncIterator[Json]:
        """Read page by page, in the order of the primary key."""
        last: Sequence[Any] = ()
        while True:
            rows = await self._page(table, ids, last)
            for row, *_ in rows:
                yield row
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1][1:]

    async def _page(
        self, table: Table, ids: Sequence[str], last: Sequence[Any]
    ) -> Sequence[tuple[Any, ...]]:
        sql = _page_of(table, is_first=not last)
        given = {"ids": [*ids], "limit": READ_AT_ONCE}
        given |= {f"last{place}": value for place, value in enumerate(last)}

        async def work(connection: "Connection") -> Sequence[tuple[Any, ...]]:
            return await (await connection.execute(sql, given)).fetchall()

        return await self._database.run(work)

    async def _delete_all(self, table: Table, ids: Sequence[str]) -> int:
        given = {"ids": [*ids], "limit": AT_ONCE}
        sql = _of_ids(
            table,
            "with gone as (delete from {table} where ctid = any(array("
            "select ctid from {table} where {rows} limit %(limit)s)) returning 1)"
            " select count(*) from gone",
        )

        async def work(connection: "Connection") -> int:
            row = await (await connection.execute(sql, given)).fetchone()
            return int(row[0]) if row else 0

        count = 0
        while deleted := await self._database.run(work):
            count += deleted
        return count

    async def blank(self, user_id: str, first: int, last: int, blanks: Sequence[Blank]) -> int:
        """Erase the words of entries of the archive, and their search words.

        Those that only the store knew get their rows now: a copy that is on its way then comes too
        late.
        """
        count = 0
        while rows := await self._portion(user_id, first, last):
            count += len(rows)
        known = [_blanked(each.id, each.seq, each.created_at, each.role) for each in blanks]
        for start in range(0, len(known), AT_ONCE):
            await self._replace(user_id, known[start : start + AT_ONCE])
        return count

    async def _portion(self, user_id: str, first: int, last: int) -> Sequence[LogEntry]:
        asked = {"user_id": user_id, "first": first, "last": last, "limit": AT_ONCE}

        async def work(connection: "Connection") -> Sequence[LogEntry]:
            found = await (await connection.execute(STORED, asked)).fetchall()
            entries = [_blanked(id, seq, at, role) for id, seq, at, role in found]
            await _store(connection, user_id, entries)
            return entries

        return await self._database.run(work)

    async def _replace(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        await self._database.run(lambda connection: _store(connection, user_id, entries))


def _of_ids(table: Table, sql: LiteralString) -> "Composed":
    """Build a statement on the rows whose owners are in `%(ids)s`.

    In `sql`, `{table}` and `{rows}` stand for the table and this condition.
    """
    from psycopg.sql import SQL, Identifier

    conditions = [SQL("{} = any(%(ids)s)").format(Identifier(name)) for name in table.owners]
    rows = SQL(" or ").join(conditions)
    return SQL(sql).format(table=Identifier("brain", table.name), rows=rows)


def _page_of(table: Table, *, is_first: bool) -> "Composed":
    """Build a statement that reads rows after those with the key `%(last0)s`, and so on."""
    from psycopg.sql import SQL, Composed, Identifier, Placeholder

    key = SQL(", ").join(map(Identifier, table.key))
    after = SQL(", ").join(Placeholder(f"last{place}") for place in range(len(table.key)))
    start = SQL("") if is_first else SQL(" and ({}) > ({})").format(key, after)
    columns = SQL(", ").join(map(Identifier, table.columns))
    return Composed(
        [
            SQL("select (select to_json(named) from (select {}) as named), {}").format(
                columns, key
            ),
            _of_ids(table, " from {table} where ({rows})"),
            start,
            SQL(" order by {} limit %(limit)s").format(key),
        ]
    )


def _blanked(id: str, seq: int, at: datetime, role: str | None) -> LogEntry:
    return erased(seq, id=id, role=role or "brain", at=at)


async def _store(connection: "Connection", user_id: str, entries: Sequence[LogEntry]) -> None:
    from psycopg.types.json import Json as JsonValue

    for entry in entries:
        row = {
            "user_id": user_id,
            "id": entry.id,
            "seq": entry.seq,
            "at": entry.created_at,
            "entry": JsonValue(ENTRY.encode(entry)),
        }
        await connection.execute(REPLACE, row)


def _ordered(owners: Iterable[str], pairs: Sequence[tuple[Any, ...]]) -> Sequence[str]:
    sorter = TopologicalSorter[str](dict.fromkeys(sorted(owners), ()))
    for child, parent in pairs:
        names = [str(each).removeprefix("brain.") for each in (child, parent)]
        if names[0] != names[1] and all(name in owners for name in names):
            sorter.add(names[1], names[0])
    return [*sorter.static_order()]
