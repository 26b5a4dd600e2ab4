"""Somebody who follows a user's sequence, and comes again as a client does: with the last seq they
have.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from msgspec.structs import replace

from brain.http.feed import Feed, Item, LogReset, RunChange
from brain.run.messages import Message, Utterance
from tests.fakes.archive import FakeArchive
from tests.fakes.news import MemoryNews
from tests.fakes.world import World

FOR_EVER = float("inf")


class Listener:
    """`items` is all they were told, `since` the last seq of it."""

    def __init__(
        self,
        world: World,
        *,
        since: int = 0,
        archive: FakeArchive | None = None,
        user: str = "anna",
    ) -> None:
        self.items: list[Item] = []
        self.since = since
        self._world = world
        self._archive = archive
        self._user = user
        self._told = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def follow(self, *, until: float = FOR_EVER) -> None:
        """Listen once, until then."""
        world = self._world
        ports = replace(world.ports, archive=self._archive)
        feed = Feed(ports.store, ports.log, world.news, world.clock, self._user, since=self.since)
        async with aclosing(feed.items(until=until)) as items:
            async for item in items:
                self._take(item)

    def come(self, *, until: float = FOR_EVER) -> asyncio.Task[None]:
        """Listen in the background."""
        self._following = asyncio.ensure_future(self.follow(until=until))
        return self._following

    async def leave(self) -> None:
        """Stop, like a client that loses its connection."""
        assert self._following is not None
        self._following.cancel()
        await asyncio.wait({self._following})

    def seqs(self) -> list[int]:
        """The positions of the received entries, in order."""
        return [item.seq for item in self.items if isinstance(item, Utterance | Message)]

    def states(self) -> list[str]:
        """The events about the run that the listener received."""
        return [item.state for item in self.items if isinstance(item, RunChange)]

    async def until(self, is_reached: Callable[["Listener"], bool]) -> None:
        """Return when the condition holds; it is asked again with each item."""
        while not is_reached(self):
            self._told.clear()
            await self._told.wait()

    def _take(self, item: Item) -> None:
        self.items.append(item)
        match item:
            case Message() | Utterance():
                self.since = item.seq
            case LogReset():
                self.since = 0
            case RunChange():
                pass
        self._told.set()


class MoodyNews(MemoryNews):
    """News of which some get lost, come twice, or late: each as the next mood says, the last mood
    for all that follow.
    """

    def __init__(self, *moods: str, late_s: float = 20.0) -> None:
        super().__init__()
        self._moods = list(moods)
        self._late_s = late_s

    def publish(self, channel: str, payload: str) -> int:
        mood = self._moods.pop(0) if len(self._moods) > 1 else self._moods[0]
        heard = super().publish
        match mood:
            case "lost":
                return 0
            case "twice":
                heard(channel, payload)
                return heard(channel, payload)
            case "late":
                loop = asyncio.get_running_loop()
                loop.call_later(self._late_s, heard, channel, payload)
                return 0
            case _:
                return heard(channel, payload)
