"""In-memory log updates (News)."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brain.cloud.redis.news import Inbox, parse_update
from brain.cloud.redis.scripts import Keys
from brain.errors import StoreUnreachable
from brain.run.ports import LogUpdate


class MemoryNews:
    """The updates of one Redis; its PUBLISH must call `publish`."""

    def __init__(self) -> None:
        self.refusing = False
        self.asked = 0
        self._inboxes: defaultdict[str, list[Inbox]] = defaultdict(list)
        self._left = asyncio.Event()

    @asynccontextmanager
    async def listen(self, user_id: str) -> AsyncIterator[AsyncIterator[LogUpdate]]:
        self.asked += 1
        if self.refusing:
            raise StoreUnreachable("refused")
        inbox, inboxes = Inbox(), self._inboxes[Keys.of(user_id).news()]
        inboxes.append(inbox)
        try:
            yield inbox
        finally:
            inboxes.remove(inbox)
            self._left.set()

    def publish(self, channel: str, payload: str) -> int:
        """Publish as Redis does; returns the number of listeners."""
        if update := parse_update(payload):
            for inbox in self._inboxes[channel]:
                inbox.put(update)
        return len(self._inboxes[channel])

    def listeners(self, user_id: str) -> int:
        """Return the number of listeners of a user."""
        return len(self._inboxes[Keys.of(user_id).news()])

    def break_off(self) -> None:
        """Break every subscription."""
        for inboxes in self._inboxes.values():
            for inbox in inboxes:
                inbox.end("broken off")

    async def until_left(self, channel: str) -> None:
        """Wait until the channel has no listener."""
        while self._inboxes[channel]:
            self._left.clear()
            await self._left.wait()
