"""What the user wants to be reminded of."""

from collections.abc import Sequence
from typing import Protocol

from brain.reminders.model import Reminder


class Reminders(Protocol):
    """A user's reminders. Every method may be sent twice by the adapter; all raise
    StoreUnreachable.
    """

    async def add(self, user_id: str, reminder: Reminder) -> Reminder | None:
        """Keep it. One of this id that is there already stays, and is given back; None: there are
        too many.
        """

    async def find(self, user_id: str, id: str) -> Reminder | None:
        """The one of this id. Raises EntryUnreadable for one that newer code has set."""

    async def take(self, user_id: str, id: str) -> Reminder | None:
        """Take the one of this id away, and give it back, for a minute also to who asks again;
        None: it was not there, any more or ever.
        """

    async def all(self, user_id: str) -> Sequence[Reminder]:
        """All of them, the next one first."""
