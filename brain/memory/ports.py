"""The stores of facts, of the archived log, and of what the model is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from brain.codec.places import ListPage, ListPlace
from brain.memory.model import Fact, Found, Summary
from brain.preferences.model import Preferences
from brain.run.messages import LogEntry

NOTHING = Preferences()  # set by the user


class Facts(Protocol):
    """The facts of each user. No user can see the facts of another user.

    All methods raise DatabaseUnreachable. `remember` raises ToolFault if the text is invalid or if
    the user has too many facts.
    """

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        """Store a fact. The same idempotency `key` stores only one fact.

        A text that differs from a stored fact only in case or spacing renews the time of that fact.
        A foreign fact that the user now states is no longer foreign; the reverse never happens.
        """

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        """Return the facts that match best, best first."""

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        """Return the newest facts, newest first."""

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        """Return the fact, or None if this user has no fact with this id."""

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        """Delete the fact and return it, or None if this user has no fact with this id."""


class Archive(Protocol):
    """The full log of each user, including entries that the state store has removed.

    Entries are never removed. If a log starts again from seq 1, the archive holds several entries
    with the same seq. Entries that newer code wrote are left out. All methods raise
    DatabaseUnreachable.
    """

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Store the entries. Storing an entry again changes nothing."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """Return the entries after the seq `since`, in order; for each seq only the newest."""

    async def last_seq(self, user_id: str) -> int:
        """Return the highest seq of the user's entries; 0 if there are none."""

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Found]:
        """Return the entries that match best, best first; the newest first if the query is empty.

        Only entries from `since` on and before `before` count. Breadcrumbs and silent ends are left
        out.
        """

    async def matching(
        self, user_id: str, *, words: str, limit: int, after: ListPlace | None
    ) -> ListPage[Found]:
        """Return a page of the entries that contain all of these words or their beginnings, newest
        first. `words` are in the form of `asked_words`; `after` is where the page before ended.
        """


class ShownBlock(Protocol):
    """The stored text that shows memory to the model, and the rolling summary in it.

    All methods raise StoreUnreachable.
    """

    async def summary(self, user_id: str) -> Summary:
        """Return the current summary."""

    async def keep_summary(self, user_id: str, summary: Summary, *, instead_of: Summary) -> None:
        """Replace the summary that this one was made from, and drop the block."""

    async def keep_block(self, user_id: str, block: str, chosen: Preferences = NOTHING) -> None:
        """Store the block that the next runs show, with the user's language and time zone."""

    async def drop_block(self, user_id: str) -> None:
        """Drop the block, because facts or preferences have changed. The next run rebuilds it."""
