"""Stores jobs and minds in Postgres. Each change is one transaction: see `statements`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import id_from_key, rows
from brain.codec import clean
from brain.documents.rows import insert
from brain.jobs.model import (
    UNSETTLED,
    Job,
    JobStart,
    Mind,
    MindOutcome,
    NewJob,
    StoppedMinds,
)
from brain.jobs.ports import Counted, Filed
from brain.jobs.rules import IN_UTC, KEPT_DAYS, KEPT_JOBS, all_ids, job_id
from brain.jobs.stored import reading
from brain.jobs.stored import statements as sql
from brain.jobs.stored.owned import delete_owned
from brain.jobs.stored.rows import (
    JobAndMinds,
    both,
    changed,
    filed_row,
    first,
    mind_ids,
    outcome_row,
    read_mind,
    used_row,
)
from brain.jobs.stored.starting import start
from brain.settings.budgets import DailyBudget

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection


class PostgresJobs:
    """`JobStore` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def start(
        self,
        user_id: str,
        job: NewJob,
        *,
        daily_tokens: int,
        daily_usd: float | None = None,
        offset: timedelta = IN_UTC,
    ) -> JobStart:
        id = job_id(user_id, job.key or uuid4().hex)  # here, so that a repeated work finds its job
        budget = DailyBudget(tokens=daily_tokens, usd=daily_usd)
        return await self._database.run(lambda made: start(made, user_id, id, job, budget, offset))

    async def job(self, user_id: str, job_id: str) -> Job | None:
        named = {"user_id": user_id, "id": job_id}
        return first(await self._rows(Job, reading.READ_JOB, named))

    async def minds(self, user_id: str, job_id: str) -> Sequence[Mind]:
        return await self._rows(Mind, reading.READ_MINDS, {"user_id": user_id, "id": job_id})

    async def whole(self, user_id: str, job_id: str) -> JobAndMinds | None:
        return await self._both(user_id, job_id, reading.WHOLE)

    async def state(self, user_id: str, job_id: str) -> JobAndMinds | None:
        return await self._both(user_id, job_id, reading.STATE)

    async def mind(self, mind_id: str, *, user_id: str | None = None) -> Mind | None:
        return first(await self._rows(Mind, reading.READ_MIND, {"id": mind_id, "user_id": user_id}))

    async def owner(self, job_id: str) -> str | None:
        async def work(connection: "Connection") -> str | None:
            found = await connection.execute(reading.OWNER, {"minds": list(all_ids(job_id))})
            row = await found.fetchone()
            return row[0] if row else None

        return await self._database.run(work)

    async def recent(self, user_id: str, *, limit: int, is_open: bool = False) -> Sequence[Job]:
        named = {"user_id": user_id, "limit": limit, "is_open": is_open}
        return await self._rows(Job, reading.RECENT, named)

    async def mind_ids(self, user_id: str, job_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return await self._database.run(lambda connection: mind_ids(connection, user_id, job_ids))

    async def outdated(self, user_id: str) -> Sequence[str]:
        named = {"user_id": user_id, "most": KEPT_JOBS, "days": KEPT_DAYS}

        async def work(connection: "Connection") -> Sequence[str]:
            found = await connection.execute(reading.OUTDATED, named)
            return [id for (id,) in await found.fetchall()]

        return await self._database.run(work)

    async def begin(self, mind_id: str) -> Mind | None:
        async def work(connection: "Connection") -> Mind | None:
            named = await changed(connection, sql.BEGIN, {"id": mind_id})
            if named is None:
                return None
            await connection.execute(sql.BEGIN_JOB, named)
            return await read_mind(connection, mind_id)

        return await self._database.run(work)

    async def note(self, mind_id: str, *, result: str, foreign: bool = False) -> None:
        named = {"id": mind_id, "result": clean(result), "foreign": foreign}
        await self._execute(sql.NOTE, named)

    async def again(self, mind_id: str, *, new_id: str, seed: int | None) -> Mind | None:
        named = {"id": mind_id, "new_id": new_id, "seed": seed}

        async def work(connection: "Connection") -> Mind | None:
            if await changed(connection, sql.AGAIN, named) is None:
                return None
            return await read_mind(connection, new_id)

        return await self._database.run(work)

    async def settle(self, mind_id: str, outcome: MindOutcome) -> Counted | None:
        row = outcome_row(mind_id, outcome)

        async def work(connection: "Connection") -> Counted | None:
            named = await changed(connection, sql.SETTLE, row)
            if named is None:
                return None
            await connection.execute(sql.COUNT, named)
            [job] = await rows(connection, Job, reading.READ_JOB, {**named, "id": named["job_id"]})
            settled = job.completed_count + job.failed_count
            is_last = job.status == "summarising" and settled == job.total_count
            return Counted(job=job, is_last=is_last)

        return await self._database.run(work)

    async def stop(
        self, user_id: str, job_id: str, *, number: int | None = None
    ) -> StoppedMinds | None:
        named = {"user_id": user_id, "id": job_id, "number": number}

        async def work(connection: "Connection") -> StoppedMinds | None:
            minds = await (await connection.execute(sql.LOCK_MINDS, named)).fetchall()
            if not minds:
                return None
            numbers = [n for n, status in minds if status in UNSETTLED]
            stopped = {**named, "numbers": numbers, "stopped": len(numbers)}
            await connection.execute(sql.STOP_MINDS, stopped)
            await connection.execute(sql.STOP_JOB, stopped)
            [job] = await rows(connection, Job, reading.READ_JOB, named)
            ended = [n for n, status in minds if status not in (*UNSETTLED, "stopped")]
            return StoppedMinds(
                job_id=job_id, stopped=tuple(numbers), finished=tuple(ended), status=job.status
            )

        return await self._database.run(work)

    async def note_spent(self, mind_id: str, outcome: MindOutcome) -> None:
        row = outcome_row(mind_id, outcome)

        async def work(connection: "Connection") -> None:
            named = await changed(connection, sql.NOTE_SPENT, row)
            if named is None:
                return
            counted = await (await connection.execute(sql.COUNT_SPENT, named)).fetchone()
            if counted is not None and counted[1]:  # the report has ended the reservation without
                spent = {"day": counted[0], "budget": 0, "known": outcome.usd or 0}
                await connection.execute(sql.SPEND, {**row, **named, **spent})

        await self._database.run(work)

    async def pause(self, user_id: str, job_id: str, *, is_paused: bool) -> Job | None:
        before = ["queued", "running"] if is_paused else ["paused"]
        named = {"user_id": user_id, "id": job_id, "number": None, "of": before}
        named["to"] = "paused" if is_paused else "running"

        async def work(connection: "Connection") -> Job | None:
            await connection.execute(sql.LOCK_MINDS, named)
            await connection.execute(sql.PAUSE_MINDS, named)
            await connection.execute(sql.PAUSE_JOB, named)
            return first(await rows(connection, Job, reading.READ_JOB, named))

        return await self._database.run(work)

    async def file_report(self, user_id: str, job_id: str, filed: Filed) -> Job | None:
        document_id = id_from_key(user_id, f"{job_id}-report") if filed.document else None
        row = filed_row(user_id, job_id, filed, document_id)

        async def work(connection: "Connection") -> Job | None:
            ended = await (await connection.execute(sql.REPORT, row)).fetchone()
            if ended is None:
                return None
            *spent, foreign = ended
            figures = dict(zip(sql.SPENT, spent, strict=True))
            await connection.execute(sql.SPEND, {"user_id": user_id, **figures})
            if filed.document:
                title, body = map(clean, filed.document)
                text = {"title": title, "body": body, "foreign": foreign}
                await insert(connection, {"user_id": user_id, "id": document_id, **text})
            return first(await rows(connection, Job, reading.READ_JOB, row))

        return await self._database.run(work)

    async def try_report(
        self, user_id: str, job_id: str, *, before: int, outcome: MindOutcome | None = None
    ) -> Job | None:
        named = {"user_id": user_id, "id": job_id, "before": before, **used_row(outcome)}

        async def work(connection: "Connection") -> Job | None:
            await connection.execute(sql.TRY_REPORT, named)
            return first(await rows(connection, Job, reading.READ_JOB, named))

        return await self._database.run(work)

    async def finish(self, user_id: str, job_id: str) -> None:
        await self._execute(sql.FINISH, {"user_id": user_id, "id": job_id})

    async def delete(self, user_id: str, job_id: str) -> bool | None:
        named = {"user_id": user_id, "id": job_id}

        async def work(connection: "Connection") -> bool | None:
            found = await (await connection.execute(sql.LOCK_JOB, named)).fetchone()
            if found is None or not found[0]:
                return None if found is None else False
            await delete_owned(connection, user_id, job_id)
            await connection.execute(sql.DELETE_JOB, named)
            return True

        return await self._database.run(work)

    async def _both(
        self, user_id: str, job_id: str, queries: tuple[bytes, bytes]
    ) -> JobAndMinds | None:
        named = {"user_id": user_id, "id": job_id}
        return await self._database.run(lambda connection: both(connection, queries, named))

    async def _rows[T](self, kind: type[T], query: bytes, named: dict[str, Any]) -> list[T]:
        return await self._database.run(lambda connection: rows(connection, kind, query, named))

    async def _execute(self, query: bytes, named: dict[str, Any]) -> None:
        async def work(connection: "Connection") -> None:
            await connection.execute(query, named)

        await self._database.run(work)
