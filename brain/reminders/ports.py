"""The store of reminders."""

from collections.abc import Sequence
from typing import Protocol

from brain.reminders.model import Reminder


class Reminders(Protocol):
    """The reminders of each user.

    An adapter may send any call twice: the second one changes nothing. All methods raise
    StoreUnreachable.
    """

    async def add(self, user_id: str, reminder: Reminder) -> Reminder | None:
        """Store the reminder and return it; None if the user has too many.

        If there is already a reminder with this id, it stays unchanged and is returned.
        """

    async def find(self, user_id: str, id: str) -> Reminder | None:
        """Return the reminder with this id. Raises EntryUnreadable if newer code wrote it."""

    async def take(self, user_id: str, id: str) -> Reminder | None:
        """Delete the reminder with this id and return it; None if it does not exist.

        Another call within a minute returns it again.
        """

    async def all(self, user_id: str) -> Sequence[Reminder]:
        """Return all reminders, the earliest first."""
