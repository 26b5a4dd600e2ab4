"""What jobs need from outside: their store, and calls from the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from brain.codec import Json
from brain.errors import BrainError
from brain.jobs.model import Job, JobStart, Mind, MindCall, MindOutcome, NewJob, StoppedMinds


class JobRefused(BrainError):
    """A job cannot start now. `retry_after_s` says when it may; the text says why."""

    def __init__(self, text: str, *, retry_after_s: int) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A job after one of its minds was settled. `is_last`: it has to be reported now."""

    job: Job
    is_last: bool


class JobStore(Protocol):
    """The jobs of all users. No user can see the jobs of another.

    Each method is one transaction and may be repeated. All raise DatabaseUnreachable.
    """

    async def start(self, user_id: str, job: NewJob, *, daily_tokens: int) -> JobStart:
        """Reserve the budget and store the job with its minds, once per key. Raises JobRefused."""

    async def job(self, user_id: str, job_id: str) -> Job | None:
        """Return a job of this user."""

    async def minds(self, user_id: str, job_id: str) -> Sequence[Mind]:
        """Return the minds of a job of this user, by number."""

    async def mind(self, mind_id: str, *, user_id: str | None = None) -> Mind | None:
        """Return a mind by its id in the state store; only of this user, if one is given."""

    async def recent(self, user_id: str, *, limit: int, is_open: bool = False) -> Sequence[Job]:
        """Return the newest jobs of this user."""

    async def begin(self, mind_id: str) -> Mind | None:
        """Turn a queued mind to running, and its job. None: it is not queued any more."""

    async def note(self, mind_id: str, *, result: str) -> None:
        """Keep a result of a mind that is not settled, in case it is cut off later."""

    async def settle(self, mind_id: str, outcome: MindOutcome) -> Counted | None:
        """Give a mind its one outcome and count it. None: it had one before."""

    async def stop(
        self, user_id: str, job_id: str, *, number: int | None = None
    ) -> StoppedMinds | None:
        """Settle as stopped what is not settled: one mind, or all and the job.

        None: there is no such job or mind.
        """

    async def pause(self, user_id: str, job_id: str, *, is_paused: bool) -> Job | None:
        """Pause or resume the unsettled minds of a talk or a rehearsal. Raises nothing twice."""

    async def file_report(
        self, user_id: str, job_id: str, report: Json, *, by: str, foreign: bool
    ) -> Job | None:
        """Store the report and end the job, once. None: it had a report before, or has not ended
        its minds.
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
