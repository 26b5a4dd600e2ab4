"""Jobs and minds: the values, as Postgres keeps them and as the flows pass them on.

A mind is what has a log, a journal and a lease: here, an agent that works for a user, the owner.
Its id takes the place of a user id in the state store. A job is one to ten minds with one report.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from brain.chat.choice import ModelChoice as ModelChoice
from brain.codec import Json
from brain.run.decisions import is_tainted
from brain.run.journal import Entry, Spent
from brain.run.messages import Decision, Message, Remark
from brain.run.store import Status
from brain.tools.spec import ClientTool

type JobKind = Literal["helpers", "room", "talk", "rehearsal"]
type JobStatus = Literal[
    "queued", "running", "paused", "summarising", "complete", "failed", "stopped"
]
type MindStatus = Literal["queued", "running", "paused", "complete", "failed", "stopped", "invalid"]
type MindEnd = Literal["complete", "failed", "stopped", "invalid"]
type Reason = Literal[
    "done", "goal", "gaveUp", "maxMessages", "repeats",
    "model", "tokens", "time", "loops", "attempts", "player", "world", "stopped",
]  # fmt: skip

OPEN: tuple[JobStatus, ...] = ("queued", "running", "paused", "summarising")
UNSETTLED: tuple[MindStatus, ...] = ("queued", "running", "paused")


class NewMind(Struct, frozen=True, kw_only=True):
    """A mind that a start asks for. `number` counts from 0.

    `profile` is frozen at the start: instructions, model, tools, limits, as the kind reads them.
    """

    number: int
    label: str
    profile: Json
    brief: str | None = None
    goal: str | None = None
    scenario: Json | None = None
    scenario_digest: str | None = None
    seed: int | None = None


class NewJob(Struct, frozen=True, kw_only=True):
    """A job that a start asks for. `budget` is in tokens, of all minds and the report together.

    `key` makes a second start with the same key find the first one's job. `origin_run` is the run
    of the owner's brain that started it. `foreign`: that run had read text by others, so what the
    minds are asked may be theirs.
    """

    kind: JobKind
    title: str
    request: Json
    minds: tuple[NewMind, ...]
    budget: int
    key: str | None = None
    join_mode: Literal["report", "each"] = "report"
    document_id: str | None = None
    compared_with: str | None = None
    origin_run: str | None = None
    foreign: bool = False


class Job(Struct, frozen=True, kw_only=True):
    """A job as it is stored. `request` is what was asked for, `report` is the result."""

    user_id: str
    id: str
    kind: JobKind
    title: str
    request: Json
    status: JobStatus
    total_count: int
    completed_count: int
    failed_count: int
    token_budget: int
    tokens_in: int
    tokens_out: int
    usd: Decimal | None
    event_sequence: int
    join_mode: Literal["report", "each"]
    document_id: str | None
    compared_with: str | None
    origin_run: str | None
    report: Json | None
    report_by: Literal["model", "code"] | None
    foreign: bool
    report_tries: int
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    last_event_at: datetime | None
    finished_at: datetime | None


class Mind(Struct, frozen=True, kw_only=True):
    """A mind as it is stored. `id` is its log's id in the state store, `user_id` its owner."""

    id: str
    user_id: str
    job_id: str
    number: int
    label: str
    profile: Json
    brief: str | None
    goal: str | None
    goal_reached: bool | None
    status: MindStatus
    ended_reason: Reason | None
    result: str | None
    sources: list[Json]
    needs: str | None
    foreign: bool
    turns: int
    tokens_in: int
    tokens_out: int
    usd: Decimal | None
    scenario: Json | None
    scenario_digest: str | None
    seed: int | None
    attempt: int  # column `try`: 1 if a rehearsal was played once more
    verdict: Json | None
    started_at: datetime | None
    finished_at: datetime | None


class MindOutcome(Struct, frozen=True, kw_only=True):
    """How a mind ended. It is settled with this once; a second outcome changes nothing."""

    status: MindEnd
    reason: Reason
    result: str | None = None
    sources: tuple[Json, ...] = ()
    needs: str | None = None
    foreign: bool = False
    goal_reached: bool | None = None
    turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: Decimal | None = None
    verdict: Json | None = None


class JobStart(Struct, frozen=True, kw_only=True):
    """The answer to a start: the job, its minds' ids, and whether an earlier start had made it."""

    job_id: str
    mind_ids: tuple[str, ...]
    status: JobStatus
    duplicate: bool
    budget: int


class StoppedMinds(Struct, frozen=True, kw_only=True):
    """The answer to a stop: the minds that it stopped, and those that had ended before."""

    job_id: str
    stopped: tuple[int, ...]
    finished: tuple[int, ...]
    status: JobStatus


class MindCall(Struct, frozen=True, kw_only=True):
    """A call of /api/brainToBrain for a job. `mind` is a number, the reporter, or None: the job."""

    user_id: str
    job: str
    mind: int | Literal["report"] | None
    reason: Literal["start", "say", "report", "sweep"]
    attempt: int = 0  # on the wire: `try`


class Say(Struct, frozen=True, kw_only=True):
    """What is said to a mind next. The same message id is said once, however often it comes.

    `context` is what the mind is shown of another conversation before it. `decision` answers a
    question of the brain, and `client_tools` are those of the front end.
    """

    text: str
    message_id: str
    context: tuple[Remark, ...] = ()
    decision: Decision | None = None
    client_tools: tuple[ClientTool, ...] = ()


type Next = Say | MindOutcome | Literal["again"] | None
"""What follows: a text, the end, all once more (its row names another log), or nothing (paused)."""


class MindRun(Struct, frozen=True, kw_only=True):
    """The last run of a mind, as the state store has it. Its journal is there until the next text.

    `is_open`: it has not ended; then `lease_left_s` says how long its brain is certainly alive (0:
    nobody works on it), and `wake` is the number of the wake-up to send. `reason` says why a run
    ended early: a key of `LAST_WORDS`, `stuck` or `stopped`; empty if it ended as it should.
    `last` is its terminal message.
    """

    run_id: str
    is_open: bool
    reason: str
    spent: Spent
    journal: tuple[Entry, ...]
    last: Message | None = None
    wake: int = 0
    lease_left_s: float = 0.0

    @property
    def is_tainted(self) -> bool:
        """Whether the mind has read text by others in this run."""
        return is_tainted(self.journal, ())


class ProgressNote(Struct, frozen=True, kw_only=True):
    """How far a mind says it is. `share` is from 0 to 1. `foreign`: it had read text by others."""

    number: int
    text: str
    share: float | None = None
    foreign: bool = False


class JobState(Struct, frozen=True, kw_only=True):
    """A job, its minds by number, and what the running ones do now, by mind id."""

    job: Job
    minds: tuple[Mind, ...]
    now: Mapping[str, Status]
