"""The ports through which features receive incoming reports and announce events."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from brain.events.model import Event

type Taker = Callable[[str, Any], Awaitable[None]]
"""Takes a user id and a report of its own type, such as `ReminderDue`."""

type Takers = Mapping[type, Taker]


class Announcer(Protocol):
    """Announces events to a user."""

    async def take_events(self, user_id: str, events: Sequence[Event]) -> None:
        """Announce the relevant events. An event that is reported twice is announced once.

        Raises StoreUnreachable, DatabaseUnreachable: then the events must be reported again.
        """
