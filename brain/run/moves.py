"""The values of the moves of `StateStore`: what goes in, and every possible outcome."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from brain.run.journal import Returned, Run, RunRecord, Spent
from brain.run.messages import Draft, Heard, LogEntry, Message, Remark, Utterance, UtteranceDraft
from brain.tools.spec import ClientTool

NO_RUN = "-"  # the run id of a wake call that concerns no run


class Arrival(UtteranceDraft, frozen=True, kw_only=True):
    """A text that asks to be admitted.

    `holder` is the id of this invocation. `new_run_id` is used if the text begins a run. A text may
    carry a decision. A spoken yes (`is_spoken`) counts only if its question has reached the user in
    time; otherwise it is an ordinary text. `is_soft`: its words do not always mean yes.
    `is_quoted`: `recent_context` has the whole question. The rest is as in `UserRequest`.
    """

    user_id: str
    recent_context: tuple[Remark, ...]
    holder: str
    new_run_id: str
    client_tools: tuple[ClientTool, ...] = ()
    is_spoken: bool = False
    is_soft: bool = False
    is_quoted: bool = False
    language: str | None = None
    zone: str | None = None
    amends: bool = False
    device: str = ""


class LeaseToken(Struct, frozen=True, kw_only=True):
    """The right to be a user's brain. The store refuses a change once a newer fence exists."""

    user_id: str
    run_id: str
    fence: int


class Admitted(Struct, frozen=True, kw_only=True):
    """This invocation is the brain now.

    `tail` is the end of the log, oldest first. `now_ms` is the store's time in milliseconds since
    1970. `seq` is the position of the utterance that came with this call; None if none came (a
    re-invocation). `wake` is the number of the run's next wake-up. `memory` is the memory text for
    the model; None if it has to be built again. Its summary covers the log up to `summarised_seq`.
    `language` (a BCP 47 tag) and `zone` (an IANA name) are those in use. `withdraws` are what the
    utterance takes back. `left_ms` is when a caller of the run last went away; 0: none did.
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
    zone: str = "UTC"
    withdraws: tuple[int, ...] = ()
    left_ms: int = 0


class Recorded(Struct, frozen=True, kw_only=True):
    """The text is in the log, and another invocation is the brain and will answer it."""

    run_id: str
    seq: int
    wake: int
    lease_left_s: float
    withdraws: tuple[int, ...] = ()


class Duplicate(Struct, frozen=True, kw_only=True):
    """The message id is known: the text was admitted before.

    `message` is the run's terminal message, if there is one. `finished`: the run has ended.
    `withdrawn`: another text has taken its place since.
    """

    run_id: str
    seq: int
    wake: int
    lease_left_s: float
    finished: bool
    message: Message | None = None
    withdrawn: bool = False


class Closed(Struct, frozen=True, kw_only=True):
    """The question does not accept a decision, or does not accept one any more.

    If it was decided, `verdict`, `fingerprint` (of the arguments) and `seq` describe that decision.
    """

    state: Literal["unknown", "expired", "superseded", "decided", "newer"]
    verdict: str = ""
    fingerprint: str = ""
    seq: int = 0


class Asked(Struct, frozen=True, kw_only=True):
    """A question and its state in the store.

    `is_open`: it waits for a decision. `is_last`: only breadcrumbs since. `language`: see `Status`.
    """

    message: Message
    is_open: bool
    is_last: bool
    language: str | None = None


class AnsweredAside(Struct, frozen=True, kw_only=True):
    """A text was answered in a run of its own while another run continues."""

    run_id: str
    seq: int
    message: Message


class RateLimited(Struct, frozen=True, kw_only=True):
    """The user sent too many texts. The next one is accepted after `retry_after_s` seconds."""

    retry_after_s: float


type Admission = Admitted | Recorded | Duplicate | Closed | RateLimited


class WakeCall(Struct, frozen=True, kw_only=True):
    """A call from the queue to continue a run: after a hand-over, or because its brain may be dead.

    `fence` is the successor's fence (hand-over only). `wake` is the number of the wake-up.
    """

    user_id: str
    run_id: str
    reason: Literal["handoff", "wakeup", "event"]
    fence: int = 0
    wake: int = 0


class Alive(Struct, frozen=True, kw_only=True):
    """The run's brain is alive. `wake` is the number of the wake-up that must be queued now."""

    run_id: str
    wake: int
    lease_left_s: float


class Settled(Struct, frozen=True):
    """There is nothing left to do for this run. `held` counts the notices still pending."""

    held: int = 0


class CommitKind(StrEnum):
    """What a commit does in addition to recording."""

    RECORD = "record"  # nothing else: new texts stay in the inbox
    GO_ON = "goOn"  # add new texts to the run
    FINISH = "finish"  # end the run, or add new texts to it if there are any
    END = "end"  # end the run in any case: its last message answers the new texts too
    HAND_OVER = "handOver"  # reserve the next fence for a successor
    REST = "rest"  # ask the user and end the run, or add new texts to it if there are any


class Asking(Struct, frozen=True, kw_only=True):
    """The two possible results of the call that a question is about.

    The store records `asked`, or `not_asked` if new texts prevented the question.
    """

    asked: Returned
    not_asked: Returned


class Commit(Struct, frozen=True, kw_only=True):
    """One step to record.

    `step` is the run's step number before the commit; (fence, step) is the idempotency key.
    The status shows `activity`, what comes next, and `reason`, why a run ended early. With REST
    there is one draft, a question, and `asking`. `stands`: an effect follows, so the texts stay.
    `at_ms`: the store's time as estimated, if the lease is not renewed; 0 asks the store.
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
    stands: bool = False
    left_ms: int = 0
    at_ms: int = 0

    @property
    def question(self) -> Draft | None:
        """The question that this commit asks, if any."""
        return self.drafts[-1] if self.kind is CommitKind.REST else None


class Committed(Struct, frozen=True, kw_only=True):
    """The outcome of a commit.

    `messages`: the placed drafts. `taken`: the texts that joined the run. `finished`: the lease is
    released. `fence`: the current one, after a hand-over the successor's. `held` counts notices.
    """

    messages: tuple[Message, ...]
    taken: tuple[Utterance, ...]
    finished: bool
    fence: int
    held: int = 0


class Stopped(Struct, frozen=True, kw_only=True):
    """The run was stopped. `message` is its last message."""

    run_id: str
    message: Message
