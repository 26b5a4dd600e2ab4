"""Many connections to one server, each in a pool of its own.

A pool of httpx2 looks at every connection it holds whenever a request comes or goes, and asks the
system about each idle one: with 200 callers at once that is a third of the processor's time. Here
a free connection is the last one given back, and finding it costs the same however many there are.
"""

import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import httpx2

IDLE_S = 30.0  # seconds without a request after which a connection is closed

type Make = Callable[[], httpx2.AsyncBaseTransport]


class Lanes(httpx2.AsyncBaseTransport):
    """A transport that takes one lane, made by `make`, for each request under way."""

    def __init__(self, make: Make, *, now: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._now = now
        self._idle: deque[tuple[float, httpx2.AsyncBaseTransport]] = deque()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, whose lane comes back when its stream is closed."""
        lane = self._idle.pop()[1] if self._idle else self._make()
        try:
            response = await lane.handle_async_request(request)
        except BaseException:  # a cancelled request too has left its lane in order
            await self._give_back(lane)
            raise
        stream = cast(httpx2.AsyncByteStream, response.stream)
        response.stream = _Lent(stream, lambda: self._give_back(lane))
        return response

    async def aclose(self) -> None:
        """Close the lanes that nobody uses; the others close with their answers."""
        while self._idle:
            await self._idle.pop()[1].aclose()

    async def _give_back(self, lane: httpx2.AsyncBaseTransport) -> None:
        now = self._now()
        self._idle.append((now, lane))
        while now - self._idle[0][0] > IDLE_S:
            await self._idle.popleft()[1].aclose()


class _Lent(httpx2.AsyncByteStream):
    """An answer's body, and whom to tell of its end."""

    def __init__(self, stream: httpx2.AsyncByteStream, over: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._over: Callable[[], Awaitable[None]] | None = over

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        """May be called twice; the lane comes back once."""
        over, self._over = self._over, None
        try:
            await self._stream.aclose()
        finally:
            if over is not None:
                await over()
