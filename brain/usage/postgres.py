"""Receipts and the sums of days in Postgres."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from brain.cloud.meter import COUNTS, DayCount, counts_in
from brain.cloud.postgres.coalesced import Coalesced
from brain.cloud.postgres.database import Postgres
from brain.usage.model import KEEP_DAYS, EndState, Receipt

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

PAUSE_S = 0.05  # seconds that a receipt waits for others; its caller has the answer already

# The receipt decides whether its run is added to the day, so a repetition adds nothing. All
# instances write in the same order, so that two of them never wait for each other's rows.
SAVE = b"""
    with given as (
        select distinct on (user_id, run_id) * from jsonb_to_recordset(%(rows)s) as row (
            user_id text, run_id text, state text, because text, ended_at timestamptz, counts text,
            day date, used bigint, calls bigint, tokens_in bigint, tokens_cached bigint,
            tokens_out bigint, usd double precision, unpriced bigint
        )
        order by user_id, run_id
    ), gone as (
        delete from brain.receipts where (user_id, run_id) in (
            select user_id, run_id from brain.receipts
            where user_id in (select user_id from given)
                and ended_at < now() - make_interval(days => %(keep_days)s)
            for update skip locked
        )
    ), made as (
        insert into brain.receipts (user_id, run_id, state, because, ended_at, counts)
        select user_id, run_id, state, because, ended_at, counts from given
        order by user_id, run_id
        on conflict (user_id, run_id) do nothing
        returning user_id, run_id
    )
    insert into brain.spending as day (
        user_id, day, used, runs, model_calls, tokens_in, tokens_cached, tokens_out, usd, unpriced
    )
    select
        user_id, given.day, sum(used), count(*), sum(calls), sum(tokens_in), sum(tokens_cached),
        sum(tokens_out), sum(usd), sum(unpriced)
    from given join made using (user_id, run_id)
    group by user_id, given.day
    order by user_id, given.day
    on conflict (user_id, day) do update set
        used = day.used + excluded.used,
        runs = day.runs + excluded.runs,
        model_calls = day.model_calls + excluded.model_calls,
        tokens_in = day.tokens_in + excluded.tokens_in,
        tokens_cached = day.tokens_cached + excluded.tokens_cached,
        tokens_out = day.tokens_out + excluded.tokens_out,
        usd = day.usd + excluded.usd,
        unpriced = day.unpriced + excluded.unpriced
    returning day.user_id, day.day::text, day.used, day.usd
"""
LOAD = b"""
    select state, because, extract(epoch from ended_at) * 1000, counts from brain.receipts
    where user_id = %(user_id)s and run_id = %(run_id)s
"""


class PostgresReceipts:
    """`Receipts` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database
        self._saves = Coalesced(self._save, pause_s=PAUSE_S)

    async def save(self, user_id: str, receipt: Receipt) -> DayCount | None:
        """Insert the receipt, add it to its day, and delete the user's old ones.

        Receipts of the same moment are written together, after the answers: it may take PAUSE_S.
        """
        return await self._saves.ask((user_id, receipt))

    async def _save(self, given: Sequence[tuple[str, Receipt]]) -> Sequence[DayCount | None]:
        from psycopg.types.json import Jsonb

        rows = [{"user_id": user_id, **_row(receipt)} for user_id, receipt in given]

        async def work(connection: "Connection") -> Mapping[tuple[str, str], DayCount]:
            asked = {"rows": Jsonb(rows), "keep_days": KEEP_DAYS}
            found = await (await connection.execute(SAVE, asked)).fetchall()
            return {
                (user_id, day): DayCount(day=day, tokens=tokens, usd=usd)
                for user_id, day, tokens, usd in found
            }

        days = await self._database.run(work, implicit=True)
        return [days.get((str(row["user_id"]), str(row["day"]))) for row in rows]

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
        "ended_at": ended_at.isoformat(),
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
