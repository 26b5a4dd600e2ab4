"""What the far sides of a history of jobs wrote down, and what they saw to be wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from brain.jobs.model import Job, JobStart, Mind, StoppedMinds
from tests.fakes.jobs import MemoryJobs

CLOSED = ("complete", "failed", "stopped")
SETTLED = ("complete", "failed", "stopped", "invalid")


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A model call or a tool that began for a mind, or for the reporter of a job.

    `held_s` is for how long its process was held up since it last looked at its lease and its row.
    """

    who: str
    what: str
    at: float
    held_s: Mapping[str, float]
    shown: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the user was answered, and when."""

    at: float
    what: str
    key: str
    number: int | None = None
    stopped: StoppedMinds | None = None
    said: str | None = None


@dataclass
class Ledger:
    """`wrong` is what could only be seen as it happened."""

    begun: list[Begun] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    accepted: dict[str, JobStart] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tainted: set[str] = field(default_factory=set)  # minds that were given text by others
    tokens: int = 0
    calls: int = 0
    _minds: dict[tuple[str, str, int], Mind] = field(default_factory=dict)
    _jobs: dict[tuple[str, str], Job] = field(default_factory=dict)

    def watch(self, store: MemoryJobs, daily: int) -> None:
        """Look at the store of jobs after a transaction: what must hold at every moment."""
        for key, job in store.jobs.items():
            minds = [m for m in store.minds_by_id.values() if (m.user_id, m.job_id) == key]
            self.wrong += _counted(job, minds)
            self.wrong += _ended_once(self._jobs.get(key), job)
            for mind in minds:
                name = (*key, mind.number)
                self.wrong += _settled_once(self._minds.get(name), mind)
                self._minds[name] = mind
            self._jobs[key] = job
        for day, reserved in store.reserved.items():
            due = sum(
                job.token_budget
                for key, job in store.jobs.items()
                if job.report is None and (key[0], store.days[key]) == day
            )
            if reserved != due:
                self.wrong.append(f"I12 {reserved} tokens are reserved, and {due} are due")
            if reserved > daily:
                self.wrong.append(f"I15 {reserved} tokens are reserved of {daily}")


def _counted(job: Job, minds: Sequence[Mind]) -> Iterable[str]:
    complete = sum(mind.status == "complete" for mind in minds)
    settled = sum(mind.status in SETTLED for mind in minds)
    if (job.completed_count, job.failed_count) != (complete, settled - complete):
        counts = f"{job.completed_count} + {job.failed_count}"
        yield f"I12 {job.title} counts {counts} of {complete} + {settled - complete}"
    for mind in minds:
        if mind.status in ("complete", "failed", "invalid") and mind.foreign and not job.foreign:
            yield f"taint: {job.title} is not foreign, and {mind.label} is"


def _ended_once(before: Job | None, job: Job) -> Iterable[str]:
    if before is None:
        return
    if before.status in CLOSED and job.status != before.status:
        yield f"I12 {job.title} was {before.status} and is {job.status}"
    if before.report is not None and job.report != before.report:
        yield f"I12 {job.title} has another report"
    if before.foreign and not job.foreign:
        yield f"taint: {job.title} is not foreign any more"


def _settled_once(before: Mind | None, mind: Mind) -> Iterable[str]:
    if before is None or before.status not in SETTLED:
        return
    if (mind.status, mind.ended_reason) != (before.status, before.ended_reason):
        yield f"I12 {mind.label} was {before.status} and is {mind.status}"
    if before.status != "stopped" and mind != before:
        yield f"I12 {mind.label} has another outcome"
