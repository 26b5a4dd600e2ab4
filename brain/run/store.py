"""The port of the state store: the log, the journal and the lease of each user.

Each method is one atomic move. The adapter may send a move twice, because a lost answer does not
show whether the move was executed. The second one changes nothing and gives the first answer again.
"""

from collections.abc import Callable
from typing import Annotated, Literal, Protocol

from msgspec import Struct

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
    Stopped,
    WakeCall,
)
from brain.run.requests import Stop, Withdraw, Withdrawal


class Page(Struct, frozen=True, kw_only=True):
    """Consecutive entries of the log, in order.

    `first_seq` is the oldest entry that the store still has; 0 if it has none.
    """

    entries: tuple[LogEntry, ...]
    last_seq: int
    first_seq: int


class Here(Struct, frozen=True, kw_only=True):
    """The last seq of the log, and how many notices wait for a listener."""

    last_seq: int
    held: int


class Occupancy(Struct, frozen=True, kw_only=True):
    """The result of a presence report: whether it changed anything, and for whom notices wait."""

    is_new: bool
    held: int
    user_id: str | None


class LastTurn(Struct, frozen=True, kw_only=True):
    """The last turn of a call: when it was last asked, in ms of the store, and its last text."""

    index: int
    asked_ms: int
    seq: int


class Sight(Struct, frozen=True, kw_only=True):
    """What a brain sees when it looks after its lease: the last turn of a call, if it is known, and
    the last message of a run that the user has heard while that run went on.
    """

    turn_of: Callable[[str], LastTurn | None]
    heard_seq: int


class Status(Struct, frozen=True, kw_only=True):
    """What a user's brain is doing, without any text of the user.

    `is_subscribed`: a page is on the channel. `is_listening`: the same, or it streams or polls.
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
    is_listening: bool = False
    held: int = 0
    language: str | None = None  # what the user's device said last, a BCP 47 tag
    zone: str | None = None  # the same of its time zone, an IANA name
    tokens: int = 0  # that the run has used


STATUS = Form(Status, without=("is_listening", "held", "language", "zone", "tokens"))


class StateStore(Protocol):
    """A user's log, journal and lease. All methods raise StoreUnreachable.

    The methods that take a token also raise LeaseLost, or RunStopped if the user stopped the run.
    """

    async def admit(self, arrival: Arrival) -> Admission:
        """Append the text once, and take the lease if it is free or has expired."""

    async def aside(
        self, arrival: Arrival, answer: Draft
    ) -> AnsweredAside | Duplicate | RateLimited | None:
        """Answer a text once while another run continues. None: no run is open."""

    async def question(self, user_id: str, question_id: str | None) -> Asked | None:
        """Return the question with this id, or the last one. None: there is no such question."""

    async def resume(self, wake_call: WakeCall, *, holder: str) -> Admitted | Alive | Settled:
        """Take the lease: for a hand-over with the right fence, or after the lease has expired."""

    async def commit(self, token: LeaseToken, commit: Commit) -> Committed:
        """Record a step: journal entries, messages, use of the limits, and the lease."""

    async def renew(self, token: LeaseToken) -> None:
        """Renew the lease."""

    async def look(self, token: LeaseToken) -> Sight:
        """Check whether the token still holds the lease. Costs one command."""

    async def release(self, token: LeaseToken) -> None:
        """Let the lease expire now, so that the next invocation takes over."""

    async def stop(self, stop: Stop) -> Stopped | Settled:
        """End the run without its token. Settled: the run is not open."""

    async def withdraw(self, withdraw: Withdraw) -> Withdrawal | None:
        """Take back a text that has had no effect and was not heard. None: not found."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """Return at most `limit` entries of the log after `since`."""

    async def trim(self, user_id: str, *, below: int) -> None:
        """Delete the log's entries before seq `below`. The archive has them."""

    async def status(
        self,
        user_id: str,
        *,
        is_here: bool = False,
        language: str | None = None,
        zone: str | None = None,
    ) -> Status:
        """Return what the brain is doing. `is_here`: a page polls and counts as listening.

        `language` and `zone` are the device's, which the store keeps; None changes nothing.
        """

    async def here(self, user_id: str) -> Here:
        """Note that a page is listening."""

    async def note_presence(self, user_hash: str, *, is_occupied: bool, at_ms: int) -> Occupancy:
        """Record the channel's report on whether a page of this user is subscribed."""

    async def heard(self, user_id: str, heard: Heard) -> Heard | None:
        """Record how much of a message was heard; return the result. None: no such message."""
