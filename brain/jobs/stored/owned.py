"""The rows that minds own, and their deletion with the job: the one list of such tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brain.jobs.rules import all_ids

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection, Postgres

# Each table that may have rows of a mind, and the column with the mind's id. Tables whose rows go
# with those of another table by a foreign key are listed as well.
OWNED = (
    ("steps", "mind_id"),
    ("effects", "mind_id"),
    ("edits", "user_id"),
    ("archive", "user_id"),
    ("passages", "user_id"),
    ("documents", "user_id"),
    ("operations", "user_id"),
    ("imports", "user_id"),
    ("facts", "user_id"),
    ("email_places", "user_id"),
    ("email_folders", "user_id"),
    ("emails", "user_id"),
    ("preferences", "user_id"),
    ("rules", "user_id"),
    ("profiles", "user_id"),
    ("scenarios", "user_id"),
    ("spending", "user_id"),
    ("receipts", "user_id"),
)
# Rows of the owner that belong to the job: labels name it, and edits of minds on the owner's
# documents stay, because the user may undo them.
JOBS = b"select id from brain.jobs where user_id = %(user_id)s"
LABELS = b"delete from brain.labels where user_id = %(user_id)s and job_id = %(id)s"
UNNAME = b"""
    update brain.edits set mind_id = null where user_id = %(user_id)s and mind_id = any(%(minds)s)
"""


async def job_ids(database: "Postgres", user_id: str) -> Sequence[str]:
    """Return the ids of all jobs of a user. Raises DatabaseUnreachable."""

    async def work(connection: "Connection") -> Sequence[str]:
        found = await connection.execute(JOBS, {"user_id": user_id})
        return [id for (id,) in await found.fetchall()]

    return await database.run(work)


async def delete_owned(connection: "Connection", user_id: str, job_id: str) -> None:
    """Delete all rows of the minds of a job, and what names it."""
    named = {"user_id": user_id, "id": job_id, "minds": list(all_ids(job_id))}
    for table, column in OWNED:
        sql = f"delete from brain.{table} where {column} = any(%(minds)s)"
        await connection.execute(sql.encode(), named)
    await connection.execute(LABELS, named)
    await connection.execute(UNNAME, named)
