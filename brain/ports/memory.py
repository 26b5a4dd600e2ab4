"""What lasts: what the user asked to remember, and the older part of the log."""

from collections.abc import Sequence
from typing import Protocol

from brain.domain.memory import Fact
from brain.domain.messages import LogEntry


class Memory(Protocol):
    """A user's facts. Nobody sees another user's.

    All methods raise DatabaseUnreachable; `remember` raises ToolFault for a text that cannot be
    kept and once there are too many.
    """

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        """Keep a fact, once per idempotency `key`.

        The same text in other case or spacing is the fact that there is: its time is renewed. A
        foreign fact that now comes from the user is foreign no more; never the other way round.
        """

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        """The facts that fit best, best first."""

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        """The newest facts, newest first."""

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        """Keep the fact no longer; None if this user has none of that id."""


class Archive(Protocol):
    """The part of a user's log that the state store no longer holds.

    Raises DatabaseUnreachable; `read` raises EntryUnreadable for what newer code wrote.
    """

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Keep the entries; the same ones again change nothing."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """The entries after `since`, in order."""
