"""What is read of a user, and what follows from it. All times are in ms since 1970."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from brain.notices.model import PendingNotices
from brain.preferences.model import Preferences
from brain.run.messages import LogEntry
from brain.usage.model import Receipt

type FindingKind = Literal[
    "answered",
    "running",
    "waitsForDecision",
    "waitsForWakeUp",
    "leaseExpired",
    "noWakeUp",
    "endedWithError",
    "notHeard",
    "held",
    "deadLetter",
    "budget",
    "noSuchUser",
]
type RunPhase = Literal["none", "idle", "running", "expired", "handingOver", "overdue"]


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was found.

    `says` is the sentence on what is so, `next` the one on what to do. `run` is empty if it
    concerns no run; `since_ms` is None if the time is not known.
    """

    what: FindingKind
    says: str
    next: str
    run: str = ""
    since_ms: int | None = None


class OpenQuestion(Struct, frozen=True, kw_only=True):
    """A question that waits for a decision. `seq` is its place in the log."""

    id: str
    seq: int
    expires_ms: int


class StoredUser(Struct, frozen=True, kw_only=True):
    """What the state store has of a user, at the time `now_ms`.

    `fields` are those of the run's hash. `entries` are the newest of the log, in order. `queued`
    are the ids of messages on the queue that may still come, the earliest first.
    """

    now_ms: int
    fields: Mapping[str, str]
    entries: tuple[LogEntry, ...]
    questions: tuple[OpenQuestion, ...]
    notices: PendingNotices
    queued: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is anything."""
        has_run = any(self.fields.values())
        return has_run or bool(self.entries or self.questions or self.notices.forms)


class QueuedCall(Struct, frozen=True, kw_only=True):
    """A message of the queue for the user; `status` is the last answer to one that was given up.

    `route` is the path that it calls, `run` is empty if it concerns no run.
    """

    id: str
    route: str
    run: str
    reason: str
    due_ms: int
    status: int = 0


class QueueSeen(Struct, frozen=True, kw_only=True):
    """What the queue has for a user: calls that will come, and calls that it has given up.

    `is_whole` is False if it has given up so many calls that not all were looked at.
    """

    calls: tuple[QueuedCall, ...]
    dead: tuple[QueuedCall, ...]
    is_whole: bool = True


class Seen(Struct, frozen=True, kw_only=True):
    """Everything that is known of a user; `user_hash` is as in the keys of the store.

    `stored` and `queue` are None if they could not be read. `about` is the run that was asked
    about, empty for the user's last. `receipts` are the newest, and the one of `about`.
    """

    user_hash: str
    about: str = ""
    user_id: str = ""
    stored: StoredUser | None = None
    queue: QueueSeen | None = None
    receipts: tuple[Receipt, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
