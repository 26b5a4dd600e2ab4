"""Receipts and the sums of days in Postgres."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from brain.cloud.meter import COUNTS, DayCount, counts_in
from brain.cloud.postgres.database import Postgres
from brain.usage.model import KEEP_DAYS, EndState, Receipt

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

# The receipt decides whether its run is added to the day, so a repetition adds nothing.
SAVE = b"""
    with gone as (
        delete from brain.receipts
        where user_id = %(user_id)s and ended_at < now() - make_interval(days => %(keep_days)s)
    ), made as (
        insert into brain.receipts (user_id, run_id, state, because, ended_at, counts)
        values (%(user_id)s, %(run_id)s, %(state)s, %(because)s, %(ended_at)s, %(counts)s)
        on conflict (user_id, run_id) do nothing
        returning run_id
    )
    insert into brain.spending as day (
        user_id, day, used, runs, model_calls, tokens_in, tokens_cached, tokens_out, usd, unpriced
    )
    select
        %(user_id)s, %(day)s::date, %(used)s, 1, %(calls)s, %(tokens_in)s, %(tokens_cached)s,
        %(tokens_out)s, %(usd)s, %(unpriced)s
    from made
    on conflict (user_id, day) do update set
        used = day.used + excluded.used,
        runs = day.runs + excluded.runs,
        model_calls = day.model_calls + excluded.model_calls,
        tokens_in = day.tokens_in + excluded.tokens_in,
        tokens_cached = day.tokens_cached + excluded.tokens_cached,
        tokens_out = day.tokens_out + excluded.tokens_out,
        usd = day.usd + excluded.usd,
        unpriced = day.unpriced + excluded.unpriced
    returning day.day::text, day.used, day.usd
"""
LOAD = b"""
    select state, because, extract(epoch from ended_at) * 1000, counts from brain.receipts
    where user_id = %(user_id)s and run_id = %(run_id)s
"""


class PostgresReceipts:
    """`Receipts` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def save(self, user_id: str, receipt: Receipt) -> DayCount | None:
        """Insert the receipt, add it to its day, and delete the user's old ones."""
        row = {"user_id": user_id, "keep_days": KEEP_DAYS, **_row(receipt)}

        async def work(connection: "Connection") -> DayCount | None:
            found = await (await connection.execute(SAVE, row)).fetchone()
            return DayCount(day=found[0], tokens=found[1], usd=found[2]) if found else None

        return await self._database.run(work)

    async def receipt(self, user_id: str, run_id: str) -> Receipt | None:
        """Read one row by its key."""
        key = {"user_id": user_id, "run_id": run_id}

        async def work(connection: "Connection") -> Receipt | None:
            row = await (await connection.execute(LOAD, key)).fetchone()
            counts = counts_in(row[3]) if row else None
            if row is None or counts is None:
                return None
            state, because, ended_ms, _ = row
            return Receipt(
                counts=counts, state=cast(EndState, state), because=because, ended_ms=int(ended_ms)
            )

        return await self._database.run(work)


def _row(receipt: Receipt) -> dict[str, object]:
    counts, total = receipt.counts, receipt.counts.total
    ended_ms = receipt.ended_ms or counts.started_ms
    ended_at = datetime.fromtimestamp(ended_ms / 1000, UTC)
    return {
        "run_id": counts.run_id,
        "state": receipt.state,
        "because": receipt.because,
        "ended_at": ended_at,
        "counts": COUNTS.write(counts),
        "day": counts.day.day if counts.day is not None else ended_at.date().isoformat(),
        "used": total.tokens_in + total.tokens_out,
        "calls": total.calls,
        "tokens_in": total.tokens_in,
        "tokens_cached": total.tokens_cached,
        "tokens_out": total.tokens_out,
        "usd": sum(each.usd or 0.0 for each in counts.models),
        "unpriced": sum(each.calls for each in counts.models if each.usd is None),
    }
