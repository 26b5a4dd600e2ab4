"""The store of subscriptions, and the push services."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from brain.notices.push.model import Delivery, Pushed, PushMessage, PushSubscription


class PushBook(Protocol):
    """The devices of each user, and what was pushed to them. All raise StoreUnreachable."""

    async def read(self, user_id: str) -> Pushed:
        """Return what is known."""

    async def put(self, user_id: str, subscription: PushSubscription) -> int:
        """Keep a subscription. A user has at most `MOST_DEVICES`: the one that was sent the longest
        ago goes. Return how many there are.
        """

    async def drop(self, user_id: str, endpoint: str) -> bool:
        """Delete a subscription. Return whether there was one."""

    async def plan(self, user_id: str, due: datetime | None) -> None:
        """Keep when the next digest is due; None: not before another notice comes."""

    async def claim(
        self, user_id: str, ids: Sequence[str], *, alive: Sequence[str], is_digest: bool
    ) -> bool:
        """Say that this process pushes these notices. Return False if another one does, or did.

        A claim that is not settled lapses after `CLAIM`. Of notices that are not `alive`, nothing
        is kept. With a digest, `due` is over.
        """

    async def settle(self, user_id: str, ids: Sequence[str], *, is_digest: bool) -> None:
        """Say that these notices were pushed."""


class PushService(Protocol):
    """The push services of the browsers' vendors."""

    async def send(self, subscription: PushSubscription, message: PushMessage) -> Delivery:
        """Send a notification, encrypted for this browser. Never fails."""
