"""Runs work in Postgres transactions with psycopg: one persistent connection, automatic migrations.

It works with poolers in transaction mode: no prepared statements and no session settings.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from brain.cloud.quotas import used_up
from brain.errors import DatabaseRefused, DatabaseUnreachable

if TYPE_CHECKING:
    import psycopg
    from psycopg import AsyncConnection

    type Connection = AsyncConnection[tuple[Any, ...]]
    type Work[T] = Callable[[Connection], Awaitable[T]]

LIMIT_S = 5.0  # seconds for a call, including waiting and a retry; usually 10 ms
PARTING_S = 1.0  # additional seconds in which psycopg may cancel the query on the server
CONNECT_S = 3  # seconds to connect to one address; a suspended database resumes in less
SILENCE_MS = 2_000  # after which a connection without acknowledgements is closed
MIGRATION_LOCK = 4_027_112_735  # the number of an advisory lock: random, must never change

# A frozen process must not hold a lock for longer than its caller would have waited.
BOUNDS = b"""
    select set_config('statement_timeout', '4s', true),
        set_config('idle_in_transaction_session_timeout', '5s', true)
"""

# As Neon says it when it refuses a connection.
USED_UP = re.compile(r"project has exceeded the [a-z ]{1,40} quota")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Link:
    """The connection of one event loop, and the lock that its calls wait for."""

    loop: asyncio.AbstractEventLoop
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: "Connection | None" = None

    async def drop(self) -> None:
        """Close without notifying the server, so that it cannot hang."""
        dropped, self.connection = self.connection, None
        if dropped is not None:
            await dropped.close()


class Postgres:
    """Runs work in transactions. Turns every database error into DatabaseUnreachable."""

    def __init__(self, url: str, *, limit_s: float = LIMIT_S) -> None:
        self._url = url
        self._limit_s = limit_s
        self._link: _Link | None = None

    async def run[T](self, work: "Work[T]") -> T:
        """Run `work` in one transaction and return its result.

        If the persistent connection turns out to be dead, `work` runs again on a new connection, so
        it must be idempotent.
        """
        import psycopg

        limit_s = self._limit_s
        try:
            # The second interruption ends psycopg's attempt to cancel the query on a dead server.
            async with asyncio.timeout(limit_s + PARTING_S), asyncio.timeout(limit_s):
                return await self._insist(work)
        except TimeoutError:
            raise DatabaseUnreachable(f"no answer from the database in {limit_s:g} s") from None
        except psycopg.Error as error:
            # Without the cause: psycopg's error texts quote the stored values.
            raise _failure(error) from None

    async def close(self) -> None:
        """Close the connection. The next call opens a new one."""
        link, self._link = self._link, None
        if link is not None:
            await link.drop()

    async def _insist[T](self, work: "Work[T]") -> T:
        """Run the work; retry once if the connection has died since the last call."""
        import psycopg

        link = await self._current()
        async with link.lock:
            was_kept = link.connection is not None
            try:
                return await self._once(link, work)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if not was_kept or link.connection is not None:
                    raise
                log.info("database: connection lost, reason=%s", _reason(error))
            return await self._once(link, work)

    async def _once[T](self, link: _Link, work: "Work[T]") -> T:
        from psycopg.pq import TransactionStatus

        if link.connection is None:
            link.connection = await _connect(self._url)
        connection = link.connection
        try:
            # A pipeline sends `begin`, BOUNDS and the first statement in one round trip.
            async with connection.pipeline(), connection.transaction():
                await connection.execute(BOUNDS)
                return await work(connection)
        finally:
            # Keep only an idle connection, no matter how the work ended (also if cancelled).
            if connection.info.transaction_status != TransactionStatus.IDLE:
                await link.drop()

    async def _current(self) -> _Link:
        loop = asyncio.get_running_loop()
        if self._link is None or self._link.loop is not loop:
            stale, self._link = self._link, _Link(loop)
            if stale is not None:
                await stale.drop()
        return self._link


@cache
def statement(name: str) -> bytes:
    """Return the text of `sql/<name>.sql`."""
    return (files("brain.cloud.postgres") / "sql" / f"{name}.sql").read_bytes()


async def _connect(url: str) -> "Connection":
    """Open a connection and migrate the schema if necessary."""
    from psycopg import AsyncConnection

    connection = await AsyncConnection.connect(
        understood(url),
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_S,
        tcp_user_timeout=SILENCE_MS,
        application_name="brain",
    )
    async with AsyncExitStack() as if_it_fails:
        if_it_fails.push_async_callback(connection.close)
        await _migrate(connection)
        if_it_fails.pop_all()
    return connection


async def schema_number(url: str) -> tuple[int, int]:
    """Return the number of the database's last migration, and that of this code.

    Raises psycopg.Error. Changes nothing.
    """
    from psycopg import AsyncConnection

    connection = await AsyncConnection.connect(
        understood(url), autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_S
    )
    async with connection:
        await connection.execute("select 1")
        return await _version(connection), max(_migrations())


async def _migrate(connection: "Connection") -> None:
    """Apply missing migrations. A schema of newer code is not changed.

    Each migration is a separate transaction. If a time limit interrupts them, the next call
    continues.
    """
    migrations = _migrations()
    done = await _version(connection)
    while done < max(migrations):
        async with connection.transaction():
            # Several instances may start at once: one applies it, the others find it done.
            await connection.execute("select pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
            await connection.execute("create schema if not exists brain")
            await connection.execute(
                "create table if not exists brain.migrations"
                " (number integer primary key, applied_at timestamptz not null default now())"
            )
            done = await _version(connection)
            following = min((number for number in migrations if number > done), default=done)
            if following > done:
                await connection.execute(migrations[following])
                await connection.execute("insert into brain.migrations values (%s)", [following])
                log.info("database: migrated, number=%d", following)
                done = following


async def _version(connection: "Connection") -> int:
    """Return the number of the last applied migration; 0 for an empty database."""
    import psycopg

    try:
        cursor = await connection.execute("select max(number) from brain.migrations")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return 0
    row = await cursor.fetchone()
    return (row and row[0]) or 0


def _migrations() -> dict[int, bytes]:
    """Return the migrations in `sql/` (`001_….sql` and so on): number to text."""
    numbered = {
        file.name.partition("_")[0]: file
        for file in (files("brain.cloud.postgres") / "sql").iterdir()
        if file.name[:1].isdigit()
    }
    return {int(number): file.read_bytes() for number, file in numbered.items()}


def understood(url: str) -> str:
    """Remove URL parameters that libpq refuses; some providers add them for other clients."""
    from psycopg.pq import Conninfo

    if "://" not in url:
        return url  # libpq's other form, "host=… dbname=…"
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} | {"ssl"}
    address, _, options = url.partition("?")
    kept = [option for option in options.split("&") if option.partition("=")[0] in known]
    return f"{address}?{'&'.join(kept)}"


def _failure(error: "psycopg.Error") -> DatabaseUnreachable:
    """Translate an error: some calls can never succeed, others may at the next try."""
    import psycopg

    told = f"the database failed: {_reason(error)}"
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError | psycopg.ProgrammingError):
        log.error("database: refused, reason=%s", _reason(error))
        return DatabaseRefused(told)
    if isinstance(error, psycopg.OperationalError) and USED_UP.search(str(error)):
        log.error("database: a limit of the plan is used up")
        return used_up(DatabaseUnreachable(told), "database", daily=False)
    return DatabaseUnreachable(told)


def _reason(error: "psycopg.Error") -> str:
    """Return the error's type and SQLSTATE code, without its text."""
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()
