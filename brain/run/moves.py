"""What is asked of a user's state, and what comes of it: the values of the atomic moves."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from brain.run.journal import Returned, Run, RunRecord, Spent
from brain.run.messages import (
    Decision,
    Draft,
    Heard,
    LogEntry,
    Message,
    Remark,
    Utterance,
    UtteranceDraft,
)
from brain.tools.spec import ClientTool

NO_RUN = "-"  # the run id of a wake call that is not about a run


@dataclass(frozen=True, kw_only=True, slots=True)
class UserRequest:
    """What a caller asks of a user's brain.

    `patience_s` is how many seconds the caller waits; None: it did not say.
    `language` is what the user's device says, a BCP 47 tag.
    """

    user_id: str
    text: str
    message_id: str
    agent_call_id: str | None = None
    recent_context: tuple[Remark, ...] = ()
    client_tools: tuple[ClientTool, ...] = ()
    decision: Decision | None = None
    patience_s: float | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival(UtteranceDraft):
    """A text at the door. `holder` names this invocation, `new_run_id` is used if a run begins
    with it.

    A text may be a decision. One that `is_spoken` counts only if nothing was said since its
    question; else it is a text like any other. `language` is the BCP 47 tag that the device says.
    """

    user_id: str
    recent_context: tuple[Remark, ...]
    holder: str
    new_run_id: str
    client_tools: tuple[ClientTool, ...] = ()
    is_spoken: bool = False
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseToken:
    """The right to be a user's brain. Every change names it; the store refuses it once a newer
    fence exists.
    """

    user_id: str
    run_id: str
    fence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """This invocation is the brain now. `tail` is the end of the log, oldest first, `now_ms` the
    store's clock.

    `seq` is the place of the utterance that came with this call, None where none came (a
    re-invocation). `wake` is the number of the run's next wake-up. `memory` is what the model is
    shown of it, None where that has to be made anew; the summary in it reaches to `summarised_seq`.
    `language` is what the user's device said last, a BCP 47 tag.
    """

    token: LeaseToken
    run: Run
    tail: tuple[LogEntry, ...]
    now_ms: int
    wake: int
    seq: int | None = None
    heard: tuple[Heard, ...] = ()
    memory: str | None = None
    summarised_seq: int = 0
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """Another invocation is the brain: the text is in the log, and that one will take it up."""

    run_id: str
    seq: int
    wake: int
    lease_left_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicate:
    """The message id is known. `message` is the run's terminal message if there is one, `finished`
    if the run ended.
    """

    run_id: str
    seq: int
    wake: int
    lease_left_s: float
    finished: bool
    message: Message | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """The question takes no decision (any more). `verdict` and `digest` are those of the one that
    it had at `seq`, empty where it expired, was superseded, or is not known.
    """

    state: Literal["unknown", "expired", "superseded", "decided"]
    verdict: str = ""
    fingerprint: str = ""
    seq: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as it stands in the store. `is_open`: it waits for a decision; `is_last`: nothing
    was said since. `language` is what the user's device said last, a BCP 47 tag.
    """

    message: Message
    is_open: bool
    is_last: bool
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredAside:
    """A text was answered beside the run that goes on, in a run of its own."""

    run_id: str
    seq: int
    message: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLimited:
    """Too many texts of this user in the window; the next one fits after `retry_after_s`."""

    retry_after_s: float


type Admission = Admitted | Recorded | Duplicate | Closed | RateLimited


@dataclass(frozen=True, kw_only=True, slots=True)
class WakeCall:
    """A call of the queue to go on with a run: after a hand-over, or because its brain may have
    died.

    `fence` is the successor's for a hand-over; `wake` is the number of a wake-up.
    """

    user_id: str
    run_id: str
    reason: Literal["handoff", "wakeup", "event"]
    fence: int = 0
    wake: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Alive:
    """The run's brain lives. `wake` is the number of the wake-up that must be on the queue now."""

    run_id: str
    wake: int
    lease_left_s: float


@dataclass(frozen=True, slots=True)
class Settled:
    """There is nothing left to do for this run. `held`: how many notices waited for its end, and
    are there still.
    """

    held: int = 0


class CommitKind(StrEnum):
    """What a commit asks for besides recording."""

    RECORD = "record"  # nothing: new texts stay where they are
    GO_ON = "goOn"  # take up new texts
    FINISH = "finish"  # end the run if there are no new texts, else take them up
    END = "end"  # end the run whatever came: its last message answers all of it
    HAND_OVER = "handOver"  # reserve the next fence for a successor
    REST = "rest"  # ask the user, and end the run there, unless there are new texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What is recorded of the call that a question is about: if it is asked, and if it is not,
    because there are new texts.
    """

    asked: Returned
    not_asked: Returned


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """One recorded step. `step` is the number the run has before it; (fence, step) is its
    idempotency key.

    `reason` says why a run ended early, for the status; `activity` what the brain does next. With
    REST the one draft is a question, and `asking` is set.
    """

    step: int
    kind: CommitKind
    spent: Spent
    entries: tuple[RunRecord, ...] = ()
    drafts: tuple[Draft, ...] = ()
    asking: Asking | None = None
    activity: str = ""
    progress: float | None = None
    reason: str = ""

    @property
    def question(self) -> Draft | None:
        """What is asked with it."""
        return self.drafts[-1] if self.kind is CommitKind.REST else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What a commit made. `messages` are its drafts with their places; `taken` the texts that join
    the run with it.

    `finished` is True when the run has ended and the lease is given back; `fence` is the
    successor's after a hand-over, else this hold's own; `held` counts the notices that wait.
    """

    messages: tuple[Message, ...]
    taken: tuple[Utterance, ...]
    finished: bool
    fence: int
    held: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """The user's wish that a run ends now: this one, or whichever is open where `run_id` is None.

    `plain` is its last word, `unsure` that of a run which is stopped in the middle of an act.
    """

    user_id: str
    run_id: str | None
    plain: Draft
    unsure: Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """The run has ended, with this message as its last word."""

    run_id: str
    message: Message
