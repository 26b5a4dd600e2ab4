"""Makes a client of a vendor's SDK when it is first needed: in a thread and once, however many ask.

Importing an SDK and reading certificates takes 0.1 s of the processor, and on a busy machine many
times that. If each of many callers made one of their own, they would all be late, and go without.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import Context

AT_ONCE = 20  # callers that use it; a pool of connections gets slower with each one that waits


class Made[T]:
    """What `make` returns, once for each event loop."""

    def __init__(self, make: Callable[[], T], *, at_once: int = AT_ONCE) -> None:
        """`make` runs in a thread."""
        self._make = make
        self._at_once = at_once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._making: asyncio.Task[T] | None = None
        self._gate = asyncio.Semaphore(at_once)

    async def get(self) -> T:
        """Return it. Who is cancelled leaves the making to the others. Raises what `make` does;
        then the next caller tries again.
        """
        loop, making = asyncio.get_running_loop(), self._making
        if making is None or self._loop is not loop or _has_failed(making):
            # In no request's context: what is made serves all.
            making = loop.create_task(asyncio.to_thread(self._make), context=Context())
            making.add_done_callback(_has_failed)  # or asyncio logs an error that nobody awaited
            self._loop, self._making, self._gate = loop, making, asyncio.Semaphore(self._at_once)
        return await asyncio.shield(making)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[T]:
        """Wait until fewer than `at_once` callers use it, and yield it. The caller limits the
        time.
        """
        made = await self.get()
        async with self._gate:
            yield made

    def take(self) -> T | None:
        """Return what was made last, to close it, and forget it."""
        making, self._making = self._making, None
        if making is None or not making.done() or _has_failed(making):
            return None
        return making.result()


def _has_failed[T](making: asyncio.Task[T]) -> bool:
    return making.done() and (making.cancelled() or making.exception() is not None)
