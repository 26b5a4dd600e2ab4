"""Where the things of a user are kept, as erasing sees them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from brain.codec import Json
from brain.user.model import Blank, RowCounts, Scope, Silenced, Table


class Traces(Protocol):
    """What the state store has of a user. All raise StoreUnreachable."""

    async def end(self, id: str, scope: Scope) -> Silenced:
        """End the run of a user or a mind, and erase its log and what belongs to it.

        The fence of a run that was on is raised, and kept as long as a lease.
        """

    async def sweep(self, ids: Sequence[str], scope: Scope) -> tuple[int, Sequence[str]]:
        """End the runs of these ids, and find and erase all their keys. Return how many there were,
        and the ids of the queue's messages for them.
        """

    async def blank(self, user_id: str, first: int, last: int) -> Sequence[Blank]:
        """Erase the words of these entries of the log, and what was made of them."""


class Rows(Protocol):
    """What the database has of a user. All raise DatabaseUnreachable."""

    async def delete(self, ids: Sequence[str], *, only: str | None = None) -> RowCounts:
        """Delete the rows of these ids from all tables, or only from one."""

    async def blank(self, user_id: str, first: int, last: int, blanks: Sequence[Blank]) -> int:
        """Erase the words of these entries of the archive. `blanks` are what the store knows."""


class KeptRows(Protocol):
    """The same rows, to be read. All raise DatabaseUnreachable."""

    async def tables(self) -> Sequence[Table]:
        """Return the tables with rows of users or minds, those that refer to others first."""

    def read(self, table: Table, ids: Sequence[str]) -> AsyncIterator[Json]:
        """Read the rows of these ids, without what only searches need."""


class Holdings(Protocol):
    """The same keys, to be read. Raises StoreUnreachable."""

    async def holdings(self, user_id: str) -> dict[str, Any]:
        """Return what the store has of a user, by the key's name, but for the log."""


class PendingCalls(Protocol):
    """The messages on the queue."""

    async def cancel(self, message_id: str) -> None:
        """Cancel a message. Raises QueueUnreachable."""
