"""Reads receipts, owners and preferences from Postgres. It neither migrates nor writes."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from brain.cloud.meter import counts_in
from brain.cloud.postgres.address import understood
from brain.cloud.postgres.database import BOUNDS, CONNECT_S
from brain.errors import DatabaseUnreachable
from brain.preferences.model import Preferences
from brain.preferences.postgres import LOAD as PREFERENCES
from brain.preferences.rules import preferences_from_stored
from brain.usage.model import EndState, Receipt

LIMIT_S = 10.0  # seconds for a query, with its connection
MOST = 5  # receipts
# Both look at all rows: whoever operates the deployment does not know the user's id.
OWNER = b"select user_id from brain.receipts where run_id = %(run_id)s limit 1"
NAMED = b"""
    select distinct user_id from brain.spending
    where left(encode(sha256(convert_to(user_id, 'UTF8')), 'hex'), length(%(hash)s)) = %(hash)s
    limit 1
"""
RECEIPTS = b"""
    select state, because, (extract(epoch from ended_at) * 1000)::bigint, counts
    from brain.receipts where user_id = %(user_id)s
    order by run_id = %(run_id)s desc, ended_at desc limit %(most)s
"""


class InspectedDatabase:
    """Reads from Postgres, each time over a connection of its own.

    Raises DatabaseUnreachable, also if the schema is of older code.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def owner(self, run_id: str) -> str:
        """Return the id of the user with a receipt of this run; empty without one."""
        rows = await self._read(OWNER, {"run_id": run_id})
        return str(rows[0][0]) if rows else ""

    async def user(self, hash: str) -> str:
        """Return the id of the user with this hash; empty if no receipt has named them."""
        rows = await self._read(NAMED, {"hash": hash})
        return str(rows[0][0]) if rows else ""

    async def receipts(self, user_id: str, run_id: str) -> Sequence[Receipt]:
        """Return the receipt of the run, if there is one, and the user's newest."""
        asked = {"user_id": user_id, "run_id": run_id, "most": MOST}
        rows = await self._read(RECEIPTS, asked)
        return [
            Receipt(
                counts=counts, state=cast(EndState, state), because=because, ended_ms=int(ended_ms)
            )
            for state, because, ended_ms, form in rows
            if (counts := counts_in(form)) is not None
        ]

    async def preferences(self, user_id: str) -> Preferences:
        """Return the user's settings."""
        rows = await self._read(PREFERENCES, {"user_id": user_id})
        return preferences_from_stored(rows[0][0]) if rows else Preferences()

    async def _read(self, query: bytes, values: dict[str, Any]) -> Sequence[Any]:
        import psycopg

        try:
            async with asyncio.timeout(LIMIT_S):
                connection = await psycopg.AsyncConnection.connect(
                    understood(self._url),
                    autocommit=True,
                    prepare_threshold=None,
                    connect_timeout=2 * CONNECT_S,
                    application_name="brain.inspect",
                )
                async with connection, connection.transaction():
                    await connection.execute("set transaction read only")
                    await connection.execute(BOUNDS)
                    return await (await connection.execute(query, values)).fetchall()
        except TimeoutError:
            raise DatabaseUnreachable(f"no answer from the database in {LIMIT_S:g} s") from None
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            raise DatabaseUnreachable("the schema is empty or of older code") from None
        except psycopg.Error as error:
            # Without the cause: psycopg's error texts quote values.
            raise DatabaseUnreachable(f"the database failed: {type(error).__name__}") from None
