"""Runs the work of many callers at once, so that one connection serves all of them.

What comes in while other work is going on waits, and then goes together: the more callers there
are, the less each of them costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context

from msgspec import Struct, field

from brain.errors import DatabaseRefused

MOST = 50  # items at once, so that their work fits into the time limit


class _Line[Item, Result](Struct):
    """Who waits in one event loop, and who works for them."""

    loop: asyncio.AbstractEventLoop
    waiting: list[tuple[Item, asyncio.Future[Result]]] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None


class Coalesced[Item, Result]:
    """Collects items, and passes them on together."""

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        *,
        pause_s: float = 0.0,
        is_kept: bool = True,
        most: int = MOST,
    ) -> None:
        """`work` returns a result, or an error, for each item, in their order. It must be
        idempotent.

        `pause_s`: how many seconds the first item waits for others. `is_kept`: an item is worked on
        even if its caller has gone.
        """
        self._work = work
        self._pause_s = pause_s
        self._is_kept = is_kept
        self._most = most
        self._line: _Line[Item, Result] | None = None

    async def ask(self, item: Item) -> Result:
        """Return the result for an item. Raises its error."""
        loop = asyncio.get_running_loop()
        line = self._line
        if line is None or line.loop is not loop:
            line = self._line = _Line(loop)
        asked: asyncio.Future[Result] = loop.create_future()
        line.waiting.append((item, asked))
        if line.worker is None:
            # In no request's context: its lines in the log would have the first caller's name.
            line.worker = loop.create_task(self._run(line), context=Context())
        return await asked

    async def _run(self, line: _Line[Item, Result]) -> None:
        chosen: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            await asyncio.sleep(self._pause_s)
            while line.waiting:
                chosen, line.waiting = line.waiting[: self._most], line.waiting[self._most :]
                wanted = [one for one in chosen if self._is_kept or not one[1].done()]
                if wanted:
                    await self._together(wanted)
        finally:
            line.worker = None
            # Without a worker nobody would answer them, and they would wait for ever.
            for _, asked in (*chosen, *line.waiting):
                asked.cancel()
            line.waiting = []

    async def _together(self, chosen: "Sequence[tuple[Item, asyncio.Future[Result]]]") -> None:
        """Work on these items. One that the database refuses must not hold up the others."""
        results: Sequence[Result | BaseException]
        try:
            results = await self._work([item for item, _ in chosen])
        except DatabaseRefused as refused:
            if len(chosen) > 1:
                for one in chosen:
                    await self._together([one])
                return
            results = [refused]
        except Exception as error:  # noqa: BLE001 - not lost: each caller gets it
            results = [error] * len(chosen)
        for (_, asked), result in zip(chosen, results, strict=True):
            if asked.done():
                continue  # its caller has gone
            if isinstance(result, BaseException):
                asked.set_exception(result)
            else:
                asked.set_result(result)
