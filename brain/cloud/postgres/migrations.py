"""Brings the schema of a database up to date."""

import logging
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

MIGRATION_LOCK = 4_027_112_735  # the number of an advisory lock: random, must never change

log = logging.getLogger(__name__)


async def migrate(connection: "Connection") -> None:
    """Apply missing migrations. A schema of newer code is not changed.

    Each migration is a separate transaction. If a time limit interrupts them, the next call
    continues.
    """
    known = migrations()
    done = await version_of(connection)
    while done < max(known):
        async with connection.transaction():
            # Several instances may start at once: one applies it, the others find it done.
            await connection.execute("select pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
            await connection.execute("create schema if not exists brain")
            await connection.execute(
                "create table if not exists brain.migrations"
                " (number integer primary key, applied_at timestamptz not null default now())"
            )
            done = await version_of(connection)
            following = min((number for number in known if number > done), default=done)
            if following > done:
                await connection.execute(known[following])
                await connection.execute("insert into brain.migrations values (%s)", [following])
                log.info("database: migrated, number=%d", following)
                done = following


async def version_of(connection: "Connection") -> int:
    """Return the number of the last applied migration; 0 for an empty database."""
    import psycopg

    try:
        cursor = await connection.execute("select max(number) from brain.migrations")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return 0
    row = await cursor.fetchone()
    return (row and row[0]) or 0


def migrations() -> dict[int, bytes]:
    """Return the migrations in `sql/` (`001_….sql` and so on): number to text."""
    numbered = {
        file.name.partition("_")[0]: file
        for file in (files("brain.cloud.postgres") / "sql").iterdir()
        if file.name[:1].isdigit()
    }
    return {int(number): file.read_bytes() for number, file in numbered.items()}
