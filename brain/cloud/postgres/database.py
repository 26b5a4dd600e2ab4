"""Postgres through psycopg: one kept connection, work in transactions, migrations by themselves.

Fit for poolers in transaction mode: no prepared statements and no session settings.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from brain.errors import DatabaseUnreachable

if TYPE_CHECKING:
    import psycopg
    from psycopg import AsyncConnection

    type Connection = AsyncConnection[tuple[Any, ...]]
    type Work[T] = Callable[[Connection], Awaitable[T]]

LIMIT_S = 5.0  # seconds for a call, waiting and a second try included; a healthy one takes 10 ms
PARTING_S = 1.0  # seconds more in which psycopg may cancel the query on the server
CONNECT_S = 3  # seconds for one address; a database that was asleep wakes up in less
SILENCE_MS = 2_000  # until a connection whose packets nobody acknowledges is given up
MIGRATION_LOCK = 4_027_112_735  # an advisory lock's number, chosen at random, never to be changed

# A frozen process must not hold a lock for longer than its caller would have waited.
BOUNDS = b"""
    select set_config('statement_timeout', '4s', true),
        set_config('idle_in_transaction_session_timeout', '5s', true)
"""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Link:
    """The connection of one event loop, and the queue of the calls that want it."""

    loop: asyncio.AbstractEventLoop
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: "Connection | None" = None

    async def drop(self) -> None:
        """Close without a word to the server, so that it cannot hang."""
        dropped, self.connection = self.connection, None
        if dropped is not None:
            await dropped.close()


class Postgres:
    """Runs work in transactions. Raises DatabaseUnreachable for whatever the database does."""

    def __init__(self, url: str, *, limit_s: float = LIMIT_S) -> None:
        self._url = url
        self._limit_s = limit_s
        self._link: _Link | None = None

    async def run[T](self, work: "Work[T]") -> T:
        """The result of `work`, which runs inside one transaction.

        It runs a second time, on a fresh connection, if the kept one turns out to be dead: doing
        it twice must come to the same as doing it once.
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
            # Without its cause: psycopg's texts quote what was to be stored.
            raise DatabaseUnreachable(f"the database failed: {_reason(error)}") from None

    async def close(self) -> None:
        """Give the connection back. The next call makes a new one."""
        link, self._link = self._link, None
        if link is not None:
            await link.drop()

    async def _insist[T](self, work: "Work[T]") -> T:
        """Two tries if the first one met a connection that has died since the last call."""
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
            # A pipeline sends begin, bounds and the first statement in one round trip.
            async with connection.pipeline(), connection.transaction():
                await connection.execute(BOUNDS)
                return await work(connection)
        finally:
            # However the work ended, cancelled included: only a connection at rest is kept.
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
    """The text of `sql/<name>.sql`."""
    return (files("brain.cloud.postgres") / "sql" / f"{name}.sql").read_bytes()


async def _connect(url: str) -> "Connection":
    """A new connection to a database whose schema this code knows."""
    from psycopg import AsyncConnection

    connection = await AsyncConnection.connect(
        _understood(url),
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


async def _migrate(connection: "Connection") -> None:
    """Bring the schema up to date; one that newer code has made is left as it is.

    Each step is a transaction of its own: what a time limit cuts off goes on with the next call.
    """
    migrations = _migrations()
    done = await _version(connection)
    while done < max(migrations):
        async with connection.transaction():
            # Functions start together: one of them takes the step, the others find it done.
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
    """The number of the last migration; 0 in an empty database."""
    import psycopg

    try:
        cursor = await connection.execute("select max(number) from brain.migrations")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return 0
    row = await cursor.fetchone()
    return (row and row[0]) or 0


def _migrations() -> dict[int, bytes]:
    """Number to text, of `sql/001_….sql` and its successors."""
    numbered = {
        file.name.partition("_")[0]: file
        for file in (files("brain.cloud.postgres") / "sql").iterdir()
        if file.name[:1].isdigit()
    }
    return {int(number): file.read_bytes() for number, file in numbered.items()}


def _understood(url: str) -> str:
    """The URL without parameters that libpq refuses: vendors add some for other clients."""
    from psycopg.pq import Conninfo

    if "://" not in url:
        return url  # libpq's other form, "host=… dbname=…"
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} | {"ssl"}
    address, _, options = url.partition("?")
    kept = [option for option in options.split("&") if option.partition("=")[0] in known]
    return f"{address}?{'&'.join(kept)}"


def _reason(error: "psycopg.Error") -> str:
    """The error's kind and the server's code for it, never its text."""
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()
