"""What a day of a user's has cost so far, with the jobs of that day that are not reported."""

from typing import TYPE_CHECKING

from brain.cloud.postgres.database import Postgres

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

# Of jobs that are open, each mind has its cost so far: an ended job's stands in the day's row.
OPEN_COST = b"""
    coalesce((
        select sum(mind.usd)::float from brain.minds mind
        join brain.jobs open on open.user_id = mind.user_id and open.id = mind.job_id
        where open.user_id = day.user_id and open.reserved_on = day.day and open.report is null
    ), 0)
"""
ADD = b"""
    update brain.minds set usd = coalesce(usd, 0) + %(usd)s::numeric
    where id = %(mind_id)s and status in ('queued', 'running', 'paused')
"""
OF_DAY = (
    b"select day.usd + "
    + OPEN_COST
    + b"""from brain.jobs job
    join brain.spending day on day.user_id = job.user_id and day.day = job.reserved_on
    where job.user_id = %(user_id)s and job.id = %(job_id)s
"""
)


class PostgresDollars:
    """Knows what jobs cost while they run."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def add(self, user_id: str, job_id: str, mind_id: str | None, usd: float) -> float:
        """Add to what a mind has cost, and return what the day of its job has cost.

        The mind's outcome replaces the sum. A reporter has no `mind_id`, and is not counted until
        its report is filed. Raises DatabaseUnreachable.
        """
        named = {"user_id": user_id, "job_id": job_id, "mind_id": mind_id, "usd": usd}

        async def work(connection: "Connection") -> float:
            if usd and mind_id is not None:
                await connection.execute(ADD, named)
            row = await (await connection.execute(OF_DAY, named)).fetchone()
            return float(row[0]) if row else 0.0

        return await self._database.run(work)
