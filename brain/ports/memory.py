"""What lasts: the older part of the log."""

from collections.abc import Sequence
from typing import Protocol

from brain.domain.messages import LogEntry


class Archive(Protocol):
    """The part of a user's log that the state store no longer holds.

    Raises DatabaseUnreachable; `read` raises EntryUnreadable for what newer code wrote.
    """

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Keep the entries; the same ones again change nothing."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """The entries after `since`, in order."""
