"""What jobs need from outside: their store, and calls from the queue."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from brain.codec import Json
from brain.jobs.filed import Counted as Counted
from brain.jobs.filed import Filed as Filed
from brain.jobs.model import (
    Job,
    JobStart,
    Mind,
    MindCall,
    MindOutcome,
    MindRun,
    NewJob,
    Next,
    ProgressNote,
    StoppedMinds,
)
from brain.jobs.rules import IN_UTC
from brain.jobs.rules import JobRefused as JobRefused
from brain.run.services import Services
from brain.run.store import Status
from brain.says.texts import Texts


class JobStore(Protocol):
    """The jobs of all users. No user can see the jobs of another.

    Each method is one transaction and may be repeated. All raise DatabaseUnreachable.
    """

    async def start(
        self,
        user_id: str,
        job: NewJob,
        *,
        daily_tokens: int,
        daily_usd: float | None = None,
        offset: timedelta = IN_UTC,
    ) -> JobStart:
        """Reserve the budget and store the job with its minds, once per key. Raises JobRefused.

        What the job will cost is not known: it starts if some of `daily_usd` is left. `offset` is
        that of the user's clock from UTC: it says which day it is.
        """

    async def job(self, user_id: str, job_id: str) -> Job | None:
        """Return a job of this user."""

    async def minds(self, user_id: str, job_id: str) -> Sequence[Mind]:
        """Return the minds of a job of this user, by number."""

    async def whole(self, user_id: str, job_id: str) -> tuple[Job, Sequence[Mind]] | None:
        """Return a job of this user with its minds, in one round trip."""

    async def state(self, user_id: str, job_id: str) -> tuple[Job, Sequence[Mind]] | None:
        """Return the same without the texts: what was asked for, said and found is left empty.

        Of a verdict only the outcome is there. A job has a report if `report` is not None.
        """

    async def mind(self, mind_id: str, *, user_id: str | None = None) -> Mind | None:
        """Return a mind by its id in the state store; only of this user, if one is given."""

    async def owner(self, job_id: str) -> str | None:
        """Return the user id of a job's owner; None if there is no such job.

        Only for calls of the queue that name a mind: everything else knows the user.
        """

    async def recent(self, user_id: str, *, limit: int, is_open: bool = False) -> Sequence[Job]:
        """Return the newest jobs of this user."""

    async def mind_ids(self, user_id: str, job_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ids of the minds of each of these jobs, by number."""

    async def outdated(self, user_id: str) -> Sequence[str]:
        """Return the ids of ended jobs that are not kept: beyond the newest 50, or 90 days old."""

    async def begin(self, mind_id: str) -> Mind | None:
        """Turn a queued mind to running, and its job. None: it is not queued any more."""

    async def note(self, mind_id: str, *, result: str, foreign: bool = False) -> None:
        """Keep a result of a mind that is not settled, in case it is cut off later."""

    async def settle(self, mind_id: str, outcome: MindOutcome) -> Counted | None:
        """Give a mind its one outcome and count it. None: it had one before.

        Without a result, the noted one is kept. A noted foreign result stays foreign.
        """

    async def stop(
        self, user_id: str, job_id: str, *, number: int | None = None
    ) -> StoppedMinds | None:
        """Settle as stopped what is not settled: one mind, or all and the job.

        A whole job that is open is stopped, whatever was complete before. None: there is no such
        job or mind.
        """

    async def note_spent(self, mind_id: str, outcome: MindOutcome) -> None:
        """Add what a stopped mind had used and found, once: its brain could not say so itself."""

    async def again(self, mind_id: str, *, new_id: str, seed: int | None) -> Mind | None:
        """Let a running mind begin once more, with another log: set its id, seed and attempt.

        None: it is not running, or was played twice already.
        """

    async def pause(self, user_id: str, job_id: str, *, is_paused: bool) -> Job | None:
        """Pause or resume the unsettled minds of a job that is open. None: there is no such job.

        A job that has ended, or whose report is being written, is returned unchanged.
        """

    async def file_report(self, user_id: str, job_id: str, filed: Filed) -> Job | None:
        """Store the report and its document, end the job and its reservation, once.

        None: it had a report before, or has not ended its minds.
        """

    async def try_report(
        self, user_id: str, job_id: str, *, before: int, outcome: MindOutcome | None = None
    ) -> Job | None:
        """Count a failed attempt at the report, if `before` were counted. Return the job as it is.

        `outcome` is what the attempt has used. None: there is no such job.
        """

    async def finish(self, user_id: str, job_id: str) -> None:
        """Note that the user was told."""

    async def delete(self, user_id: str, job_id: str) -> bool | None:
        """Delete an ended job and all that its minds own. False: it is open. None: no such job."""


class MindCalls(Protocol):
    """Calls of /api/brainToBrain from the queue, later and at least once."""

    async def call(self, call: MindCall, *, delay_s: float, dedup_id: str) -> None:
        """Return once the queue has acknowledged the call. Raises QueueUnreachable.

        Calls with the reason `start` begin at most five at a time for each user.
        """


class MindRuns(Protocol):
    """The runs of minds in the state store. All methods raise StoreUnreachable."""

    async def last(self, mind_id: str) -> MindRun | None:
        """Return the last run of a mind; None if nothing was ever said to it."""

    async def close(self, mind_id: str, run_id: str) -> bool:
        """Let no text of the user begin another run of a mind that is about to get its outcome.

        False: this is not the mind's last run any more, or it has not ended.
        """

    async def statuses(self, mind_ids: Sequence[str]) -> Mapping[str, Status]:
        """Return what these minds do, in one round trip."""

    async def stop(self, mind_id: str, *, texts: Texts) -> None:
        """End the mind's run now, if one is open. Its brain can record nothing after that."""

    async def note_progress(self, job_id: str, progress: ProgressNote) -> bool:
        """Keep a mind's progress. Return whether the owner may hear of it: once a minute."""

    async def progress(self, job_id: str) -> Sequence[ProgressNote]:
        """Return the last ten notes of progress of all minds of a job, the newest last."""

    async def forget(self, mind_ids: Sequence[str]) -> None:
        """Delete all keys of these minds."""


class KindOfJob(Protocol):
    """What is special about one kind of job. `brain.jobs.minds.KINDS` has one entry for each.

    The flows do the rest: they begin minds, settle them once, report, stop and sweep. A method may
    be called twice with the same input, by two processes at once or after a crash. So its effects
    must be idempotent: what is said to a mind has a message id that follows from the mind's state.
    All methods raise Unreachable: then the queue calls again.
    """

    @property
    def wall_s(self) -> float:
        """How long a mind of this kind lives at most, from its start, in seconds."""

    @property
    def can_pause(self) -> bool:
        """Whether jobs of this kind can be paused."""

    async def services(self, job: Job, mind: Mind) -> Services:
        """Return the services of the engine for this mind: its store, tools, model, limits.

        They differ from the owner's where the design of the kind says so. `brain.jobs.minds.Base`
        makes them; its `around` begins with `Gate`, which keeps stopped minds silent.
        """

    async def first(self, job: Job, mind: Mind) -> Next:
        """Return the first text for a mind that begins, usually with the message id `start`.

        A kind whose mind begins without a text of a user settles it or says the opening here.
        """

    async def ended(self, job: Job, mind: Mind, run: MindRun) -> Next:
        """Return what follows after a run of this mind has ended. `mind` was read after its end.

        Called where a run ends, where the queue finds it ended, by a resume and by the sweep. A
        `MindOutcome` settles the mind, and it is not asked again. A `Say` begins its
        next run, in this invocation or in one that the queue calls. None: it is paused, and a
        resume asks again.
        """

    async def cut(self, job: Job, mind: Mind, run: MindRun | None) -> MindOutcome:
        """Return the outcome of a mind that is out of time. It keeps what there is of a result.

        The flows replace its status and reason by `failed` and `time`.
        """

    def report_task(self, job: Job, minds: Sequence[Mind]) -> str:
        """Return what the reporter is asked, as text after its instructions; without the results.

        The flows add each mind's result between marks, and what is missing.
        """

    async def figures(self, job: Job, minds: Sequence[Mind], filed: Json) -> Json:
        """Return fields that the stored report has besides those that the reporter filed.

        Such as metrics, a comparison, a revised prompt; `filed` has headline, summary, findings and
        perhaps suggestion. They replace fields of the same names.
        """
