"""The state store: one atomic move a method.

Every method may be sent twice by the adapter: the second sending changes nothing and gives the
first one's answer.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from brain.codec import EMPTY_AS_NULL, MILLISECONDS, Form, Named
from brain.run.messages import Draft, Heard, LogEntry
from brain.run.moves import (
    Admission,
    Admitted,
    Alive,
    AnsweredAside,
    Arrival,
    Asked,
    Commit,
    Committed,
    Duplicate,
    LeaseToken,
    RateLimited,
    Settled,
    Stop,
    Stopped,
    WakeCall,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A stretch of the log, in order. `first_seq` is the oldest that the store still holds (0:
    none).
    """

    entries: tuple[LogEntry, ...]
    last_seq: int
    first_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """What a listener is told: how far the log reaches, and how many notices wait for one."""

    last_seq: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Occupancy:
    """What became of the channel's word: whether it was news, and whom notices wait for."""

    is_new: bool
    held: int
    user_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What a user's brain is doing, without any text of theirs. `is_subscribed`: somebody is on the
    channel.
    """

    state: Literal["idle", "running", "stopped"]
    run_id: str | None
    loop: int
    activity: str
    started_ms: Annotated[int | None, Named("startedAt"), MILLISECONDS]
    last_event_ms: Annotated[int | None, Named("lastEventAt"), MILLISECONDS]
    last_seq: int
    progress: float | None
    reason: Annotated[str, Named("endedBecause"), EMPTY_AS_NULL]
    is_subscribed: Annotated[bool, Named("listening")] = False
    question_id: Annotated[str | None, Named("question")] = None
    is_listening: bool = False  # somebody is on the channel, or a page streams or asks
    held: int = 0
    language: str | None = None  # what the user's device said last, a BCP 47 tag


STATUS = Form(Status, without=("is_listening", "held", "language"))


class StateStore(Protocol):
    """A user's log, journal and lease. Raises StoreUnreachable; the moves of a holder raise
    LeaseLost too, or RunStopped where that is why.
    """

    async def admit(self, arrival: Arrival) -> Admission:
        """Append the text once, and take the lease if it is free or has run out."""

    async def aside(
        self, arrival: Arrival, answer: Draft
    ) -> AnsweredAside | Duplicate | RateLimited | None:
        """Answer a text beside the run that is going on, once. None: there is none."""

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        """A question by its id, or the one that was asked last. None: there is none (any more)."""

    async def resume(self, wake_call: WakeCall, *, holder: str) -> Admitted | Alive | Settled:
        """Take the lease for a hand-over meant for this fence, or after it has run out."""

    async def commit(self, token: LeaseToken, commit: Commit) -> Committed:
        """Record a step: journal, messages with their places, limits, lease, what comes next."""

    async def renew(self, token: LeaseToken) -> None:
        """Make the lease last from now."""

    async def look(self, token: LeaseToken) -> None:
        """See whether the lease is still this hold's. One command."""

    async def release(self, token: LeaseToken) -> None:
        """Let the lease run out now: whoever comes next takes over."""

    async def stop(self, stop: Stop) -> Stopped | Settled:
        """End the run, whoever is its brain. Settled: it is not open (any more)."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """The log after `since`, at most `limit` entries."""

    async def trim(self, user_id: str, *, below: int) -> None:
        """Forget the log's entries before seq `below`, which the archive holds."""

    async def status(
        self, user_id: str, *, is_here: bool = False, language: str | None = None
    ) -> Status:
        """What the user's brain is doing. `is_here`: a page asks, and counts as listening.
        `language`: what the device says, to be kept; None leaves what is there.
        """

    async def here(self, user_id: str) -> Here:
        """A page listens."""

    async def note_presence(self, user_hash: str, *, is_occupied: bool, at_ms: int) -> Occupancy:
        """The channel's word on whether anybody is subscribed, for the user of this digest."""

    async def heard(self, user_id: str, heard: Heard) -> Heard | None:
        """Note how much of a message was heard; what is known of it now. None: no such message."""
