"""Jobs for the tests of their store, in Postgres and in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import psycopg

from brain.cloud.postgres.database import Postgres
from brain.documents.postgres import PostgresDocuments
from brain.jobs.model import MindOutcome, NewJob, NewMind
from brain.jobs.ports import Filed, JobStore
from brain.jobs.stored.postgres import PostgresJobs
from tests.fakes.jobs import MemoryJobs

DAILY = 2_000_000
DONE = MindOutcome(status="complete", reason="done", result="Found.", tokens_in=900, tokens_out=100)
FAILED = MindOutcome(status="failed", reason="model")
FILED = Filed(report={"headline": "Done."}, by="model", foreign=False)


def new_job(minds: int = 3, *, key: str | None = None, budget: int = 90_000) -> NewJob:
    """A job of helpers."""
    return NewJob(
        kind="helpers",
        title="Three hotels",
        request={"tasks": minds},
        minds=tuple(
            NewMind(number=n, label=f"Hotel {n}", profile={}, brief=f"Look at hotel {n}.")
            for n in range(minds)
        ),
        budget=budget,
        key=key,
    )


class KeptJobs(Protocol):
    """A store of jobs, and what tests look for behind it. `others`: on another connection."""

    jobs: JobStore
    others: JobStore

    async def spending(self, user_id: str) -> tuple[int, int]:
        """What is reserved and what was used."""

    async def document(self, user_id: str, id: str) -> tuple[str, str, bool]:
        """The title and the body of a document, and whether it is foreign."""

    async def make_old(self, ids: Sequence[str]) -> None:
        """Let these jobs be 91 days old."""


class RealJobs:
    """In Postgres."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._databases = (Postgres(url), Postgres(url))
        self.jobs: JobStore = PostgresJobs(self._databases[0])
        self.others: JobStore = PostgresJobs(self._databases[1])

    @property
    def database(self) -> Postgres:
        return self._databases[0]

    async def close(self) -> None:
        for database in self._databases:
            await database.close()

    async def spending(self, user_id: str) -> tuple[int, int]:
        sql = "select reserved, used from brain.spending where user_id = %s"
        found = await run(self._url, sql, user_id)
        return (int(str(found[0][0])), int(str(found[0][1]))) if found else (0, 0)

    async def document(self, user_id: str, id: str) -> tuple[str, str, bool]:
        found = await PostgresDocuments(self._databases[0]).read(user_id, id)
        assert found is not None
        return found.title, found.body, found.foreign

    async def make_old(self, ids: Sequence[str]) -> None:
        sql = "update brain.jobs set created_at = now() - interval '91 days' where id = any(%s)"
        await run(self._url, sql, list(ids))


class FakeJobs:
    """In memory."""

    def __init__(self) -> None:
        self._store = MemoryJobs(lambda: datetime.now(UTC))
        self.jobs: JobStore = self._store
        self.others: JobStore = self._store

    async def spending(self, user_id: str) -> tuple[int, int]:
        reserved, used = self._store.reserved, self._store.used
        return sum(_of(user_id, reserved)), sum(_of(user_id, used))

    async def document(self, user_id: str, id: str) -> tuple[str, str, bool]:
        return self._store.documents[id]

    async def make_old(self, ids: Sequence[str]) -> None:
        self._store.move_back(ids, timedelta(days=91))


def _of(user_id: str, days: dict[tuple[str, object], int]) -> list[int]:
    return [tokens for (owner, _), tokens in days.items() if owner == user_id]


async def run(url: str, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Run a statement beside the store."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(sql.encode(), values)
        return await found.fetchall() if found.description else []
