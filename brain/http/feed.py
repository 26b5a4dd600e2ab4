"""Streams one user's log to one listener: everything after a seq, then each new entry.

The store's news wake the feed. News can get lost, so the feed also checks the store at intervals.
Everything that it yields comes from the log, but for what a mind is just writing into a document.
So a listener that reconnects with the last seq it received gets every entry exactly once, no matter
which transport it uses.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress

from msgspec import Struct

from brain.chat.pieces import EditPiece
from brain.codec import Json
from brain.errors import StoreUnreachable
from brain.run.messages import LogEntry
from brain.run.ports import Clock, Log, LogUpdate, News
from brain.run.store import StateStore

PAGE = 100  # entries read at a time
MOST_TOLD = 64  # events of no log that wait for a slow listener; the oldest are dropped
# A check costs five Redis commands, and a reconnect, every four minutes, costs seven: together less
# than one command in 10 s for each listener.
LOOK_S = 60.0  # seconds between checks of the store while the subscription to news works
BLIND_LOOK_S = 10.0  # seconds between checks without a subscription
CONFIRM_S = 2.0  # seconds to wait for the subscription before the first read
LISTEN_AGAIN_S = (1.0, 2.0, 5.0, 15.0)  # seconds before each new subscription; the last repeats
LASTING_S = 60.0  # a subscription that lasted this many seconds resets the pauses

logger = logging.getLogger(__name__)


class RunChange(Struct, frozen=True, kw_only=True):
    """A run has started, continues, or has ended."""

    run_id: str
    state: str


class LogReset(Struct, frozen=True, kw_only=True):
    """The log was reset: it ends before the listener's seq and is sent again from its start."""

    last_seq: int


class UnloggedEvent(Struct, frozen=True, kw_only=True):
    """An event that stands in no log. One that is missed does not come again."""

    name: str
    data: Json


type Item = LogEntry | RunChange | LogReset | EditPiece | UnloggedEvent


class Feed:
    """The log of one user for one listener, from `since` on."""

    def __init__(
        self,
        store: StateStore,
        log: Log,
        news: News,
        clock: Clock,
        user_id: str,
        *,
        since: int,
        announce: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`announce` delivers the notices that wait for a listener."""
        self._announce = announce
        self._store = store
        self._log = log
        self._news = news
        self._clock = clock
        self._user_id = user_id
        self._cursor = since
        self._known_seq = since
        self._runs: dict[str, str] = {}
        self._told = deque[UnloggedEvent](maxlen=MOST_TOLD)
        self._edit: EditPiece | None = None
        self._looked_at = float("-inf")
        self._is_hearing = False
        self._has_missed = False  # entries may have come without news
        self._woken = asyncio.Event()

    async def items(self, *, until: float) -> AsyncGenerator[Item, None]:
        """Yield existing and new items until the clock reaches `until`.

        A caller that stops earlier must close the generator. Raises StoreUnreachable,
        DatabaseUnreachable.
        """
        listening = asyncio.ensure_future(self._listen())
        try:
            # Subscribe first, read second: an entry in between is in both, and is yielded once.
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_S):
                    await self._woken.wait()
            await self._look()
            while self._clock.now() < until:
                changes, edit = self._changes(), self._edit
                self._edit = None
                if self._known_seq != self._cursor:
                    async for item in self._read():
                        yield item
                while self._told:
                    yield self._told.popleft()
                for change in changes:  # after the entries: the last message precedes the end
                    yield change
                if edit is not None:
                    yield edit
                await self._rest(until)
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _rest(self, until: float) -> None:
        """Wait for news or for the next check."""
        look_at = self._looked_at + (LOOK_S if self._is_hearing else BLIND_LOOK_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(look_at, until) - self._clock.now()):
                await self._woken.wait()
        self._woken.clear()
        if self._has_missed or look_at <= self._clock.now() < until:
            await self._look()

    async def _look(self) -> None:
        """Ask the store for the last seq, and report that this user has a listener."""
        self._looked_at, self._has_missed = self._clock.now(), False
        here = await self._store.here(self._user_id)
        is_reset = here.last_seq < self._cursor
        self._known_seq = here.last_seq if is_reset else max(self._known_seq, here.last_seq)
        if here.held and self._announce is not None:
            await self._announce()

    async def _read(self) -> AsyncIterator[Item]:
        """Yield all log entries after the cursor."""
        while True:
            page = await self._log.read(self._user_id, since=self._cursor, limit=PAGE)
            if page.last_seq < self._cursor:
                self._cursor = self._known_seq = 0
                yield LogReset(last_seq=page.last_seq)
                continue
            for entry in page.entries:
                self._cursor = entry.seq
                yield entry
            if not page.entries or self._cursor == page.last_seq:
                self._cursor = page.last_seq  # entries of newer code are skipped
                return

    def _changes(self) -> list[RunChange]:
        runs, self._runs = self._runs, {}
        return [RunChange(run_id=run_id, state=state) for run_id, state in runs.items()]

    async def _listen(self) -> None:
        """Receive news, and subscribe again whenever the subscription breaks."""
        tries = 0
        while True:
            began = self._clock.now()
            try:
                async with self._news.listen(self._user_id) as updates:
                    self._is_hearing = self._has_missed = True
                    self._woken.set()
                    async for update in updates:
                        self._take(update)
            except StoreUnreachable as error:
                logger.warning("feed: subscription lost, reason=%s", error)
            self._is_hearing = False
            self._woken.set()  # switch to the shorter interval
            if self._clock.now() - began >= LASTING_S:
                tries = 0
            await self._clock.sleep(LISTEN_AGAIN_S[min(tries, len(LISTEN_AGAIN_S) - 1)])
            tries += 1

    def _take(self, update: LogUpdate) -> None:
        self._known_seq = max(self._known_seq, update.last_seq)
        if update.run_id is not None:
            self._runs[update.run_id] = update.state
        if update.told is not None:
            name, data = update.told
            self._told.append(UnloggedEvent(name=name, data=data))
        self._edit = update.edit or self._edit
        self._woken.set()
