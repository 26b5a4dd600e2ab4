"""Who takes what happened outside."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from brain.events.model import Event

type Taker = Callable[[str, Any], Awaitable[None]]
"""Takes a user's id and a word of its own kind, such as `ReminderDue`."""

type Takers = Mapping[type, Taker]


class Announcer(Protocol):
    """Tells a user what happened."""

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        """Announce what is worth it, each event once however often it is reported.

        Raises StoreUnreachable, DatabaseUnreachable: then the events have to be reported again.
        """
