"""Runs work in Postgres transactions with psycopg: one persistent connection, automatic migrations.

It works with poolers in transaction mode: no prepared statements and no session settings.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, nullcontext
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from brain.cloud.postgres.address import readable, understood
from brain.cloud.postgres.coalesced import Coalesced
from brain.cloud.postgres.migrations import migrate, migrations, version_of
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

# A frozen process must not hold a lock for longer than its caller would have waited.
BOUNDS = b"""
    select set_config('statement_timeout', '4s', true),
        set_config('idle_in_transaction_session_timeout', '5s', true)
"""

# As Neon says it when it refuses a connection.
USED_UP = re.compile(r"project has exceeded the [a-z ]{1,40} quota")

log = logging.getLogger(__name__)


class _Link(Struct):
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
        self._reads: Coalesced[Work[Any], Any] = Coalesced(self._read_all, is_kept=False)
        self._looks: Coalesced[str, bool] = Coalesced(self._look, is_kept=False)

    async def run[T](self, work: "Work[T]", *, implicit: bool = False, alone: bool = False) -> T:
        """Run `work` in one transaction and return its result.

        `implicit`: it is one statement, or only reads, so it needs neither `begin` nor `commit`.
        `alone`: it is one small statement that locks nothing, so it needs no time limit of the
        server's either: it ends by itself, even if this process freezes.

        If the persistent connection turns out to be dead, `work` runs again on a new connection, so
        it must be idempotent.
        """
        import psycopg

        limit_s = self._limit_s
        try:
            # The second interruption ends psycopg's attempt to cancel the query on a dead server.
            async with asyncio.timeout(limit_s + PARTING_S), asyncio.timeout(limit_s):
                return await self._insist(work, implicit, alone)
        except TimeoutError:
            raise _late(limit_s) from None
        except psycopg.Error as error:
            # Without the cause: psycopg's error texts quote the stored values.
            raise _failure(error) from None

    async def read[T](self, work: "Work[T]") -> T:
        """Run `work`, which only reads, and return its result. Raises as `run` does.

        What others read in the meantime goes along in one transaction.
        """
        return await self._together(self._reads.ask(work))

    async def is_new(self, user_id: str) -> bool:
        """Whether there is nothing of this user that a run begins with. Raises as `run` does.

        It costs a fraction of reading nothing from each table, and many users share a statement.
        """
        return await self._together(self._looks.ask(user_id))

    async def _together[T](self, asked: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._limit_s + PARTING_S):
                return await asked
        except TimeoutError:
            raise _late(self._limit_s) from None

    async def _look(self, user_ids: Sequence[str]) -> Sequence[bool]:
        async def work(connection: "Connection") -> Sequence[bool]:
            asked = {"user_ids": [*user_ids]}
            rows = await (await connection.execute(statement("known"), asked)).fetchall()
            known = {user_id for (user_id,) in rows}
            return [user_id not in known for user_id in user_ids]

        return await self.run(work, alone=True)

    async def _read_all(self, works: "Sequence[Work[Any]]") -> Sequence[Any]:
        """Return the result of each, or the error that it has raised."""
        import psycopg

        async def work(connection: "Connection") -> Sequence[Any]:
            each = (work(connection) for work in works)
            found = await asyncio.gather(*each, return_exceptions=True)
            failed = [error for error in found if isinstance(error, psycopg.Error)]
            # After the first failure the others fail with an OperationalError.
            failed.sort(key=lambda error: isinstance(error, psycopg.OperationalError))
            if failed:
                raise failed[0]
            return found

        return await self.run(work, implicit=True)

    async def close(self) -> None:
        """Close the connection. The next call opens a new one."""
        link, self._link = self._link, None
        if link is not None:
            await link.drop()

    async def _insist[T](self, work: "Work[T]", implicit: bool, alone: bool) -> T:
        """Run the work; retry once if the connection has died since the last call."""
        import psycopg

        link = await self._current()
        async with link.lock:
            was_kept = link.connection is not None
            try:
                return await self._once(link, work, implicit, alone)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if not was_kept or link.connection is not None:
                    raise
                log.info("database: connection lost, reason=%s", _reason(error))
            return await self._once(link, work, implicit, alone)

    async def _once[T](self, link: _Link, work: "Work[T]", implicit: bool, alone: bool) -> T:
        from psycopg.pq import TransactionStatus

        if link.connection is None:
            link.connection = await _connect(self._url)
        connection = link.connection
        try:
            if alone:
                return await work(connection)
            # A pipeline sends `begin`, BOUNDS and the first statement in one round trip. Without
            # `begin`, what stands in a pipeline is a transaction too, until the pipeline ends.
            begun = nullcontext() if implicit else connection.transaction()
            async with connection.pipeline(), begun:
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
        readable(url),
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_S,
        tcp_user_timeout=SILENCE_MS,
        application_name="brain",
    )
    async with AsyncExitStack() as if_it_fails:
        if_it_fails.push_async_callback(connection.close)
        await migrate(connection)
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
        return await version_of(connection), max(migrations())


def _late(limit_s: float) -> DatabaseUnreachable:
    return DatabaseUnreachable(f"no answer from the database in {limit_s:g} s")


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
