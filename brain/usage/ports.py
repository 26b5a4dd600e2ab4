"""What usage needs of the outside."""

from collections.abc import Sequence
from typing import Protocol

from brain.cloud.meter import DayCount
from brain.codec.places import ListPage, ListPlace
from brain.usage.model import DaySum, Receipt, Span, UserSum


class Receipts(Protocol):
    """Keeps receipts of runs that have ended. Each method raises DatabaseUnreachable."""

    async def save(self, user_id: str, receipt: Receipt) -> DayCount | None:
        """Keep a receipt, and add it to its day. Repeating it changes nothing.

        Return what the user has used on that day, with jobs; None if the receipt was kept before.
        """

    async def receipt(self, user_id: str, run_id: str) -> Receipt | None:
        """Return the receipt of one of the user's runs, or None."""


class Running(Protocol):
    """Reads what the state store knows of a user's last run."""

    async def last(self, user_id: str) -> Receipt | None:
        """Return the receipt of the last run, so far if it is on. Raises StoreUnreachable."""

    async def counted(self, user_id: str) -> tuple[str, DayCount | None]:
        """Return the time zone of the user's device, and what was counted on the day of their last
        run. Raises StoreUnreachable.
        """


class Sums(Protocol):
    """Reads what users have used, by day. Each method raises DatabaseUnreachable."""

    async def days(self, user_id: str, span: Span) -> Sequence[DaySum]:
        """Return the days on which a user has used something, in order."""

    async def users(self, span: Span, *, limit: int, after: ListPlace | None) -> ListPage[UserSum]:
        """Return a page of all users who have used something, with their sums."""
