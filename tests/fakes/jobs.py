"""Jobs in memory: what the store in Postgres does, in one process and in virtual time."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from msgspec.structs import replace

from brain.jobs.model import (
    OPEN,
    UNSETTLED,
    Job,
    JobStart,
    JobStatus,
    Mind,
    MindOutcome,
    NewJob,
    StoppedMinds,
)
from brain.jobs.ports import Counted, Filed, JobRefused
from brain.jobs.rules import IN_UTC, KEPT_DAYS, KEPT_JOBS, OPEN_MOST, job_id, mind_id
from brain.jobs.stored.rows import stored_json
from tests.fakes.job_rows import cost, queued_job, queued_mind, without_texts

CLOSED = ("complete", "failed", "stopped")


class MemoryJobs:
    """`JobStore` without a database. Each method is one step: nothing comes in between."""

    def __init__(self, utc: Callable[[], datetime]) -> None:
        self._utc = utc
        self.jobs: dict[tuple[str, str], Job] = {}
        self.minds_by_id: dict[str, Mind] = {}
        self.reserved: dict[tuple[str, object], int] = {}
        self.used: dict[tuple[str, object], int] = {}
        self.days: dict[tuple[str, str], object] = {}
        self.documents: dict[str, tuple[str, str, bool]] = {}
        self._paused: dict[str, datetime] = {}

    async def start(
        self,
        user_id: str,
        job: NewJob,
        *,
        daily_tokens: int,
        daily_usd: float | None = None,
        offset: timedelta = IN_UTC,
    ) -> JobStart:
        id = job_id(user_id, job.key or uuid4().hex)
        if (known := self.jobs.get((user_id, id))) is not None:
            return self._started(known, duplicate=True)
        open_now = [each for each in self._of(user_id) if each.status in OPEN]
        if len(open_now) >= OPEN_MOST:
            titles = ", ".join(f"“{each.title}”" for each in reversed(open_now))
            raise JobRefused(f"These jobs are still open: {titles}.", retry_after_s=30)
        today = (self._utc() + offset).date()
        days = [one for owner, one in self.reserved if owner == user_id and isinstance(one, date)]
        day = (user_id, max([today, *days]))
        taken = self.reserved.get(day, 0) + self.used.get(day, 0)
        if taken + job.budget > daily_tokens:
            raise JobRefused("The day's tokens are used up.", retry_after_s=3600)
        if daily_usd is not None and self._usd(*day) >= daily_usd:
            raise JobRefused("The day's dollars are used up.", retry_after_s=3600)
        self.reserved[day] = self.reserved.get(day, 0) + job.budget
        self.days[user_id, id] = day[1]
        made = queued_job(user_id, id, job, self._utc())
        self.jobs[user_id, id] = made
        for new in job.minds:
            fields = {name: getattr(new, name) for name in new.__struct_fields__}
            mind = queued_mind(
                mind_id(id, new.number), user_id, id, {**fields, "foreign": job.foreign}
            )
            self.minds_by_id[mind.id] = mind
        return self._started(made, duplicate=False)

    def _usd(self, user_id: str, day: object) -> float:
        jobs = {id for (owner, id), on in self.days.items() if (owner, on) == (user_id, day)}
        minds = [one for one in self.minds_by_id.values() if one.job_id in jobs]
        return float(sum(one.usd or 0 for one in minds))

    async def job(self, user_id: str, job_id: str) -> Job | None:
        return self.jobs.get((user_id, job_id))

    async def minds(self, user_id: str, job_id: str) -> Sequence[Mind]:
        found = [m for m in self.minds_by_id.values() if (m.user_id, m.job_id) == (user_id, job_id)]
        return sorted(found, key=lambda mind: mind.number)

    async def whole(self, user_id: str, job_id: str) -> tuple[Job, Sequence[Mind]] | None:
        job = self.jobs.get((user_id, job_id))
        return None if job is None else (job, await self.minds(user_id, job_id))

    async def state(self, user_id: str, job_id: str) -> tuple[Job, Sequence[Mind]] | None:
        found = await self.whole(user_id, job_id)
        return found and without_texts(*found)

    async def mind(self, mind_id: str, *, user_id: str | None = None) -> Mind | None:
        mind = self.minds_by_id.get(mind_id)
        return mind if mind and user_id in (None, mind.user_id) else None

    async def owner(self, job_id: str) -> str | None:
        return next((user_id for user_id, id in self.jobs if id == job_id), None)

    async def recent(self, user_id: str, *, limit: int, is_open: bool = False) -> Sequence[Job]:
        found = [job for job in self._of(user_id) if not is_open or job.status in OPEN]
        return found[:limit]

    async def mind_ids(self, user_id: str, job_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {id: [mind.id for mind in await self.minds(user_id, id)] for id in job_ids}

    async def outdated(self, user_id: str) -> Sequence[str]:
        oldest = self._utc() - timedelta(days=KEPT_DAYS)
        return [
            job.id
            for place, job in enumerate(self._of(user_id))
            if job.status in CLOSED
            and job.report is not None
            and (place >= KEPT_JOBS or job.created_at < oldest)
        ]

    async def begin(self, mind_id: str) -> Mind | None:
        mind = self.minds_by_id.get(mind_id)
        if mind is None or mind.status != "queued":
            return None
        mind = self._set(mind, status="running", started_at=mind.started_at or self._utc())
        job = self._job_of(mind)
        status: JobStatus = "running" if job.status == "queued" else job.status
        self._change(job, status=status, started_at=job.started_at or self._utc())
        return mind

    async def note(self, mind_id: str, *, result: str, foreign: bool = False) -> None:
        mind = self.minds_by_id.get(mind_id)
        if mind is not None and mind.status in UNSETTLED:
            self._set(mind, result=result, foreign=mind.foreign or foreign)

    async def again(self, mind_id: str, *, new_id: str, seed: int | None) -> Mind | None:
        mind = self.minds_by_id.get(mind_id)
        if mind is None or mind.status != "running" or mind.attempt != 0:
            return None
        del self.minds_by_id[mind_id]
        again = replace(mind, id=new_id, seed=seed, attempt=1)
        self.minds_by_id[new_id] = again
        return again

    async def settle(self, mind_id: str, outcome: MindOutcome) -> Counted | None:
        mind = self.minds_by_id.get(mind_id)
        if mind is None or mind.status not in UNSETTLED:
            return None
        is_complete = outcome.status == "complete"
        mind = self._set(
            mind,
            status=outcome.status,
            ended_reason=outcome.reason,
            result=mind.result if outcome.result is None else outcome.result,
            sources=list(outcome.sources),
            needs=outcome.needs,
            foreign=mind.foreign or outcome.foreign,
            goal_reached=outcome.goal_reached,
            turns=outcome.turns,
            tokens_in=outcome.tokens_in,
            tokens_out=outcome.tokens_out,
            usd=outcome.usd,
            verdict=outcome.verdict,
            finished_at=self._utc(),
        )
        job = self._job_of(mind)
        completed = job.completed_count + is_complete
        failed = job.failed_count + (not is_complete)
        is_all = completed + failed == job.total_count
        status: JobStatus = "summarising" if job.status in UNSETTLED and is_all else job.status
        job = self._change(
            job,
            completed_count=completed,
            failed_count=failed,
            tokens_in=job.tokens_in + outcome.tokens_in,
            tokens_out=job.tokens_out + outcome.tokens_out,
            usd=cost(job, outcome),
            foreign=job.foreign or mind.foreign,
            status=status,
        )
        return Counted(job=job, is_last=status == "summarising")

    async def stop(
        self, user_id: str, job_id: str, *, number: int | None = None
    ) -> StoppedMinds | None:
        minds = [m for m in await self.minds(user_id, job_id) if number in (None, m.number)]
        if not minds:
            return None
        stopped = [mind for mind in minds if mind.status in UNSETTLED]
        for mind in stopped:
            self._set(mind, status="stopped", ended_reason="stopped", finished_at=self._utc())
        job = self.jobs[user_id, job_id]
        if job.status in OPEN and (stopped or number is None):
            failed = job.failed_count + len(stopped)
            is_all = job.completed_count + failed == job.total_count
            status: JobStatus = "summarising" if is_all else job.status
            job = self._change(
                job, failed_count=failed, status="stopped" if number is None else status
            )
        return StoppedMinds(
            job_id=job_id,
            stopped=tuple(mind.number for mind in stopped),
            finished=tuple(m.number for m in minds if m.status not in (*UNSETTLED, "stopped")),
            status=job.status,
        )

    async def note_spent(self, mind_id: str, outcome: MindOutcome) -> None:
        mind, tokens = self.minds_by_id.get(mind_id), outcome.tokens_in + outcome.tokens_out
        if (
            mind is None
            or mind.status != "stopped"
            or mind.tokens_in + mind.tokens_out
            or not tokens
        ):
            return
        result = mind.result if outcome.result is None else outcome.result
        mind = self._set(
            mind,
            result=result,
            foreign=mind.foreign or outcome.foreign,
            turns=outcome.turns,
            tokens_in=outcome.tokens_in,
            tokens_out=outcome.tokens_out,
            usd=outcome.usd,
        )
        job = self._job_of(mind)
        self._change(
            job,
            tokens_in=job.tokens_in + outcome.tokens_in,
            tokens_out=job.tokens_out + outcome.tokens_out,
            foreign=job.foreign or mind.foreign,
        )
        if job.report is not None:  # it has ended the reservation without these
            self.used[mind.user_id, self.days[mind.user_id, job.id]] += tokens

    async def pause(self, user_id: str, job_id: str, *, is_paused: bool) -> Job | None:
        job = self.jobs.get((user_id, job_id))
        before = ("queued", "running") if is_paused else ("paused",)
        to: Literal["paused", "running"] = "paused" if is_paused else "running"
        for mind in await self.minds(user_id, job_id):
            if mind.status in before:
                self._pause(mind, to)
        if job is None or job.status not in before:
            return job
        started_at = job.started_at if is_paused else job.started_at or self._utc()
        return self._change(job, status=to, started_at=started_at)

    async def file_report(self, user_id: str, job_id: str, filed: Filed) -> Job | None:
        job = self.jobs.get((user_id, job_id))
        if job is None or job.report is not None or job.status not in ("summarising", "stopped"):
            return None
        used = filed.outcome
        document_id = f"{job_id}-report" if filed.document else None
        status: JobStatus = "failed" if job.completed_count == 0 else "complete"
        job = self._change(
            job,
            report=json.loads(stored_json({**filed.report, "documentId": document_id}) or ""),
            report_by=filed.by,
            foreign=job.foreign or filed.foreign,
            status="stopped" if job.status == "stopped" else status,
            document_id=job.document_id or document_id,
            tokens_in=job.tokens_in + (used.tokens_in if used else 0),
            tokens_out=job.tokens_out + (used.tokens_out if used else 0),
        )
        if filed.document and document_id:
            self.documents.setdefault(document_id, (*filed.document, job.foreign))
        day = (user_id, self.days[user_id, job_id])
        self.reserved[day] = max(self.reserved[day] - job.token_budget, 0)
        self.used[day] = self.used.get(day, 0) + job.tokens_in + job.tokens_out
        return job

    async def try_report(
        self, user_id: str, job_id: str, *, before: int, outcome: MindOutcome | None = None
    ) -> Job | None:
        job = self.jobs.get((user_id, job_id))
        is_open = job is not None and job.status == "summarising" and job.report is None
        if job is not None and is_open and job.report_tries == before:
            return self._change(
                job,
                report_tries=before + 1,
                tokens_in=job.tokens_in + (outcome.tokens_in if outcome else 0),
                tokens_out=job.tokens_out + (outcome.tokens_out if outcome else 0),
            )
        return job

    async def finish(self, user_id: str, job_id: str) -> None:
        job = self.jobs.get((user_id, job_id))
        if job is not None and job.report is not None and job.finished_at is None:
            self._change(job, finished_at=self._utc())

    async def delete(self, user_id: str, job_id: str) -> bool | None:
        job = self.jobs.get((user_id, job_id))
        if job is None or job.report is None:
            return None if job is None else False
        del self.jobs[user_id, job_id]
        for mind in [m for m in self.minds_by_id.values() if m.job_id == job_id]:
            del self.minds_by_id[mind.id]
        return True

    def _pause(self, mind: Mind, to: Literal["paused", "running"]) -> None:
        """The time of a pause is not a part of a mind's life."""
        started_at, now = mind.started_at, self._utc()
        since = self._paused.pop(mind.id, now)
        if to == "paused":
            self._paused[mind.id] = now
        else:
            started_at = now if started_at is None else started_at + (now - since)
        self._set(mind, status=to, started_at=started_at)

    def move_back(self, ids: Sequence[str], age: timedelta) -> None:
        """Let these jobs be older than they are."""
        for key, job in self.jobs.items():
            if job.id in ids:
                self.jobs[key] = replace(job, created_at=job.created_at - age)

    def _of(self, user_id: str) -> list[Job]:
        found = [job for job in self.jobs.values() if job.user_id == user_id]
        return sorted(found, key=lambda job: (-job.created_at.timestamp(), job.id))

    def _job_of(self, mind: Mind) -> Job:
        return self.jobs[mind.user_id, mind.job_id]

    def _set(self, mind: Mind, **values: Any) -> Mind:
        changed = replace(mind, **values)
        self.minds_by_id[mind.id] = changed
        return changed

    def _change(self, job: Job, **values: Any) -> Job:
        now = self._utc()
        changed = replace(
            job,
            event_sequence=job.event_sequence + 1,
            updated_at=now,
            last_event_at=now,
            **values,
        )
        self.jobs[job.user_id, job.id] = changed
        return changed

    def _started(self, job: Job, *, duplicate: bool) -> JobStart:
        ids = [m.id for m in self.minds_by_id.values() if m.job_id == job.id]
        return JobStart(
            job_id=job.id,
            mind_ids=tuple(ids),
            status=job.status,
            duplicate=duplicate,
            budget=job.token_budget,
        )
