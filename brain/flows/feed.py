"""One user's sequence for one listener: everything after a seq, and then whatever is new.

Woken by the store's news; looks by itself now and then, since news may get lost. What is handed on
is the log's, so a listener that comes again with the last seq it has misses nothing and hears
nothing twice, whatever road it takes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from brain.domain.errors import StoreUnreachable
from brain.domain.messages import LogEntry
from brain.flows.reading import read_log
from brain.ports import Archive, Clock, News, StateStore

PAGE = 100  # entries read at a time
LOOK_S = (
    40.0  # seconds between looks while news come: three commands each, so less than one in 10 s
)
BLIND_LOOK_S = 10.0  # seconds between looks while none come
CONFIRM_S = 2.0  # seconds to wait for the news before the first reading goes ahead without
LISTEN_AGAIN_S = (1.0, 2.0, 5.0, 15.0)  # seconds before listening anew; the last one repeats

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunChange:
    """A run has begun, goes on, or has ended."""

    run_id: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Anew:
    """The log ends before the listener's seq: it has begun anew, and is told from its start."""

    last_seq: int


type Item = LogEntry | RunChange | Anew


class Feed:
    """The sequence of one user, from `since` on."""

    def __init__(
        self,
        store: StateStore,
        archive: Archive | None,
        news: News,
        clock: Clock,
        user_id: str,
        *,
        since: int,
        release: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`release` lets notices be said that wait for a listener."""
        self._release = release
        self._store = store
        self._archive = archive
        self._news = news
        self._clock = clock
        self._user_id = user_id
        self._cursor = since
        self._known_seq = 0
        self._runs: dict[str, str] = {}
        self._is_hearing = False
        self._woken = asyncio.Event()

    async def items(self, *, until: float) -> AsyncIterator[Item]:
        """What there is and what comes, until the clock's `until`.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
        listening = asyncio.ensure_future(self._listen())
        try:
            # Listening first, reading second: what comes in between is in both, and told once.
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_S):
                    await self._woken.wait()
            await self._look()
            async for item in self._read():
                yield item
            while (left_s := until - self._clock.now()) > 0:
                await self._rest(left_s)
                for run_id, state in self._changes():
                    yield RunChange(run_id=run_id, state=state)
                if self._known_seq > self._cursor:
                    async for item in self._read():
                        yield item
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _rest(self, left_s: float) -> None:
        """Until there is news, or it is time to look."""
        look_s = LOOK_S if self._is_hearing else BLIND_LOOK_S
        try:
            async with asyncio.timeout(min(look_s, left_s)):
                await self._woken.wait()
        except TimeoutError:
            if look_s < left_s:
                await self._look()
        self._woken.clear()

    async def _look(self) -> None:
        """Ask how far the log reaches, and say that we listen."""
        here = await self._store.here(self._user_id)
        self._known_seq = max(self._known_seq, here.last_seq)
        if here.held and self._release is not None:
            await self._release()

    async def _read(self) -> AsyncIterator[Item]:
        """All that the log has after the cursor."""
        while True:
            page = await read_log(
                self._store, self._archive, self._user_id, since=self._cursor, limit=PAGE
            )
            if page.last_seq < self._cursor:
                self._cursor = self._known_seq = 0
                yield Anew(last_seq=page.last_seq)
                continue
            for entry in page.entries:
                self._cursor = entry.seq
                yield entry
            if len(page.entries) < PAGE:
                self._cursor = max(self._cursor, page.last_seq)
                return

    def _changes(self) -> list[tuple[str, str]]:
        changes, self._runs = list(self._runs.items()), {}
        return changes

    async def _listen(self) -> None:
        """Take in the news, and listen anew whenever they break off."""
        tries = 0
        while True:
            try:
                async with self._news.listen(self._user_id) as bulletins:
                    tries, self._is_hearing = 0, True
                    self._woken.set()
                    async for bulletin in bulletins:
                        self._known_seq = max(self._known_seq, bulletin.last_seq)
                        if bulletin.run_id is not None:
                            self._runs[bulletin.run_id] = bulletin.state
                        self._woken.set()
            except StoreUnreachable as error:
                log.warning("feed: no news, reason=%s", error)
            self._is_hearing = False
            await self._clock.sleep(LISTEN_AGAIN_S[min(tries, len(LISTEN_AGAIN_S) - 1)])
            tries += 1
