"""What the brain needs from the world. Each port has one adapter on the real service, and one kept
in memory.

Every method has a time limit of its own inside the adapter and raises only the errors named here.
Every method of `StateStore` may be sent twice by the adapter: the second sending changes nothing
and gives the first one's answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from brain.domain.journal import Answered, ToolCall
from brain.domain.messages import LogEntry
from brain.domain.moves import (
    Admitted,
    Alive,
    Arrival,
    Commit,
    Committed,
    Duplicate,
    Hold,
    Page,
    RateLimited,
    Recorded,
    Settled,
    Status,
    Summons,
)
from brain.domain.tools import Json, ToolSpec

# ---- the state store: one atomic move a method


class StateStore(Protocol):
    """A user's log, journal and lease. Raises StoreUnreachable; the moves of a holder raise
    LeaseLost too.
    """

    async def admit(self, arrival: Arrival) -> Admitted | Recorded | Duplicate | RateLimited:
        """Append the text once, and take the lease if it is free or has run out."""

    async def resume(self, summons: Summons, *, holder: str) -> Admitted | Alive | Settled:
        """Take the lease for a hand-over meant for this fence, or after it has run out."""

    async def commit(self, hold: Hold, commit: Commit) -> Committed:
        """Record a step: journal, messages with their places, limits, lease, what comes next."""

    async def renew(self, hold: Hold) -> bool:
        """Make the lease last from now. True if the user asked to stop."""

    async def release(self, hold: Hold) -> None:
        """Let the lease run out now: whoever comes next takes over."""

    async def stop(self, user_id: str) -> bool:
        """Ask the running brain to stop after its step. False if none runs."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """The log after `since`, at most `limit` entries."""

    async def trim(self, user_id: str, *, below: int) -> None:
        """Forget the log's entries before seq `below`, which the archive holds."""

    async def status(self, user_id: str) -> Status:
        """What the user's brain is doing."""


# ---- queue, channel, model


class Queue(Protocol):
    """Calls /api/brainToBrain later, at least once."""

    async def publish(self, summons: Summons, *, delay_s: float, dedup_id: str) -> None:
        """Return once the queue has acknowledged. Raises QueueUnreachable."""


class Channel(Protocol):
    """Reaches the user's open pages, at most once."""

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        """Return once the channel has taken the event. Raises ChannelUnreachable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What the model is shown: chat-completions messages and tools."""

    messages: Sequence[Json]
    tools: Sequence[Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """A piece of an answer as it comes: `thought` (reasoning), `action` (a tool's name, once) or
    `content` (text).
    """

    kind: Literal["thought", "action", "content"]
    text: str


class Model(Protocol):
    """A chat model with tools."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """One answer within `limit_s` seconds, retries and fallback models included.

        Raises ModelCut when the limit or the connection cut an answer that had begun,
        ModelUnavailable when none began, ModelRefused when asking again is of no use.
        """


# ---- tools and what stands behind them


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """One run of a tool: for whom, with which arguments (valid by the schema), under which
    idempotency key.
    """

    user_id: str
    call: ToolCall
    arguments: Json
    idempotency_key: str


class Tool(Protocol):
    """Something the model can ask for."""

    @property
    def spec(self) -> ToolSpec:
        """What the model is told."""

    async def run(self, errand: Errand) -> str:
        """Do it and return the text for the model. Raises ToolFault with a text for the model."""

    async def outcome(self, errand: Errand) -> str | None:
        """After a crash: what the errand gave if the far side knows that it was done; None if it
        cannot tell.

        Raises ToolFault when the far side knows that it was not done.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A text of the user's."""

    id: str
    title: str
    body: str
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A place in a document that fits a query, best first. `snippet` quotes it."""

    document_id: str
    title: str
    snippet: str
    score: float


class Documents(Protocol):
    """A user's documents. Nobody sees another user's.

    All methods raise DatabaseUnreachable; `create` and `update` raise ToolFault for a text that
    cannot be kept.
    """

    async def create(self, user_id: str, *, title: str, body: str, key: str) -> Document:
        """Store a document, once per idempotency `key`."""

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """The passages that fit best."""

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """The document, or None if this user has none of that id."""

    async def update(
        self,
        user_id: str,
        document_id: str,
        *,
        key: str,
        title: str | None = None,
        body: str | None = None,
        append: str | None = None,
    ) -> Document | None:
        """Change what is given, once per `key`; None if this user has none of that id."""


class Archive(Protocol):
    """The part of a user's log that the state store no longer holds.

    Raises DatabaseUnreachable; `read` raises EntryUnreadable for what newer code wrote.
    """

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Keep the entries; the same ones again change nothing."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """The entries after `since`, in order."""


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; a frozen process sees them pass."""

    def utc(self) -> datetime:
        """The time of day, UTC."""

    def new_id(self) -> str:
        """A new id: sortable by time, 26 characters of [0-9A-Z]."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
