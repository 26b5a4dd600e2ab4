"""One user's sequence for one listener: everything after a seq, and then whatever is new.

Woken by the store's news; looks by itself now and then, since news may get lost. What is handed on
is the log's, so a listener that comes again with the last seq it has misses nothing and hears
nothing twice, whatever road it takes.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from brain.errors import StoreUnreachable
from brain.run.messages import LogEntry
from brain.run.ports import Clock, Log, LogUpdate, News
from brain.run.store import StateStore

PAGE = 100  # entries read at a time
# Five commands a look, and six each time that a client comes again, which is every four minutes:
# less than one in 10 s.
LOOK_S = 60.0  # seconds between looks that news make unneeded
BLIND_LOOK_S = 10.0  # seconds between looks while nothing brings news
CONFIRM_S = 2.0  # seconds to wait for the news before the first reading goes ahead without
LISTEN_AGAIN_S = (1.0, 2.0, 5.0, 15.0)  # seconds before listening anew; the last one repeats
LASTING_S = 60.0  # seconds after which a subscription was no failure, and the pauses begin anew

logger = logging.getLogger(__name__)


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
        log: Log,
        news: News,
        clock: Clock,
        user_id: str,
        *,
        since: int,
        announce: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`announce` lets notices be said that wait for a listener."""
        self._announce = announce
        self._store = store
        self._log = log
        self._news = news
        self._clock = clock
        self._user_id = user_id
        self._cursor = since
        self._known_seq = since
        self._runs: dict[str, str] = {}
        self._looked_at = float("-inf")
        self._is_hearing = False
        self._has_missed = False  # something may have come while nobody listened
        self._woken = asyncio.Event()

    async def items(self, *, until: float) -> AsyncGenerator[Item, None]:
        """What there is and what comes, until the clock's `until`. Whoever leaves early closes it.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
        listening = asyncio.ensure_future(self._listen())
        try:
            # Listening first, reading second: what comes in between is in both, and told once.
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_S):
                    await self._woken.wait()
            await self._look()
            while self._clock.now() < until:
                changes = self._changes()
                if self._known_seq != self._cursor:
                    async for item in self._read():
                        yield item
                for change in changes:  # last: a run has ended when its last word was told
                    yield change
                await self._rest(until)
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _rest(self, until: float) -> None:
        """Until there is news, or it is time to look."""
        look_at = self._looked_at + (LOOK_S if self._is_hearing else BLIND_LOOK_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(look_at, until) - self._clock.now()):
                await self._woken.wait()
        self._woken.clear()
        if self._has_missed or look_at <= self._clock.now() < until:
            await self._look()

    async def _look(self) -> None:
        """Ask how far the log reaches, and say that we listen."""
        self._looked_at, self._has_missed = self._clock.now(), False
        here = await self._store.here(self._user_id)
        is_anew = here.last_seq < self._cursor
        self._known_seq = here.last_seq if is_anew else max(self._known_seq, here.last_seq)
        if here.held and self._announce is not None:
            await self._announce()

    async def _read(self) -> AsyncIterator[Item]:
        """All that the log has after the cursor."""
        while True:
            page = await self._log.read(self._user_id, since=self._cursor, limit=PAGE)
            if page.last_seq < self._cursor:
                self._cursor = self._known_seq = 0
                yield Anew(last_seq=page.last_seq)
                continue
            for entry in page.entries:
                self._cursor = entry.seq
                yield entry
            if not page.entries or self._cursor == page.last_seq:
                self._cursor = page.last_seq  # what newer code wrote is left out
                return

    def _changes(self) -> list[RunChange]:
        runs, self._runs = self._runs, {}
        return [RunChange(run_id=run_id, state=state) for run_id, state in runs.items()]

    async def _listen(self) -> None:
        """Take in the news, and listen anew whenever they break off."""
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
                logger.warning("feed: no news, reason=%s", error)
            self._is_hearing = False
            self._woken.set()  # to look by itself from now on
            if self._clock.now() - began >= LASTING_S:
                tries = 0
            await self._clock.sleep(LISTEN_AGAIN_S[min(tries, len(LISTEN_AGAIN_S) - 1)])
            tries += 1

    def _take(self, update: LogUpdate) -> None:
        self._known_seq = max(self._known_seq, update.last_seq)
        if update.run_id is not None:
            self._runs[update.run_id] = update.state
        self._woken.set()
