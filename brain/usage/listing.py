"""Sums of days in Postgres."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import rows
from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.usage.model import DaySum, Span, UserSum

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # a place has a time; users are ordered without
IN_SPAN = b" day between %(first)s and %(last)s and (used > 0 or runs > 0)"
DAYS = (
    b"""
    select used, runs, model_calls, tokens_in, tokens_cached, tokens_out, usd, unpriced, day
    from brain.spending where user_id = %(user_id)s and"""
    + IN_SPAN
    + b" order by day"
)
USERS = (
    b"""
    select
        sum(used)::bigint as used, sum(runs)::bigint as runs,
        sum(model_calls)::bigint as model_calls,
        sum(tokens_in)::bigint as tokens_in, sum(tokens_cached)::bigint as tokens_cached,
        sum(tokens_out)::bigint as tokens_out, sum(usd) as usd, sum(unpriced)::bigint as unpriced,
        encode(sha256(convert_to(user_id, 'UTF8')), 'hex') as "user"
    from brain.spending where"""
    + IN_SPAN
    + b""" and encode(sha256(convert_to(user_id, 'UTF8')), 'hex') > %(after)s
    group by user_id order by "user" limit %(limit)s
"""
)
COUNT_USERS = b"select count(distinct user_id) from brain.spending where" + IN_SPAN


class PostgresSums:
    """`Sums` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def days(self, user_id: str, span: Span) -> Sequence[DaySum]:
        """Read the rows of a user."""
        named = {"user_id": user_id, **_row(span)}
        return await self._database.run(
            lambda connection: rows(connection, DaySum, DAYS, named),
        )

    async def users(self, span: Span, *, limit: int, after: ListPlace | None) -> ListPage[UserSum]:
        """Read the rows of all users, by the hash of their id."""
        named = {"after": after.id if after else "", "limit": limit + 1, **_row(span)}

        async def work(connection: "Connection") -> ListPage[UserSum]:
            found = await rows(connection, UserSum, USERS, named)
            total = await (await connection.execute(COUNT_USERS, named)).fetchone()
            return page_of_next(found, _place, limit=limit, total=total[0] if total else 0)

        return await self._database.run(work)


def _row(span: Span) -> dict[str, Any]:
    return {"first": span.first, "last": span.last}


def _place(used: UserSum) -> ListPlace:
    return ListPlace(at=BEGINNING, id=used.user)
