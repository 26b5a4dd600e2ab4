"""What lasts: what the user asked to remember, and the older part of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from brain.memory.model import Fact, Found, Summary
from brain.run.messages import LogEntry


class Facts(Protocol):
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

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        """The fact, or None if this user has none of that id."""

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        """Keep the fact no longer; None if this user has none of that id."""


class Archive(Protocol):
    """A user's log as it was, also what the state store no longer holds.

    Nothing in it is ever lost: a log that begins anew has entries of its own at the same places.
    All methods raise DatabaseUnreachable; `read` and `search` raise EntryUnreadable for what newer
    code wrote.
    """

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Keep the entries; the same ones again change nothing."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """The entries after the place `since`, in order; of each place the newest."""

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Found]:
        """The entries that fit best, best first; without words in the query the newest first.

        Of the time from `since` on and before `before`. Breadcrumbs and silent ends are left out.
        """


class ShownBlock(Protocol):
    """What the model is shown of memory, ready made, and the rolling summary in it."""

    async def summary(self, user_id: str) -> Summary:
        """The summary as it is."""

    async def keep_summary(self, user_id: str, summary: Summary, *, instead_of: Summary) -> None:
        """Put it in the place of the one it was made from; the block is made anew."""

    async def keep_block(self, user_id: str, block: str) -> None:
        """What is shown from the next run on."""

    async def drop_block(self, user_id: str) -> None:
        """The facts have changed: the next run makes the block anew."""
