"""Many connections to one server, each in a separate transport ("lane").

httpx2's pool examines all of its connections at the start and end of each request and makes a
system call for each idle one: with 200 concurrent callers this takes a third of the CPU time. Here
the most recently returned connection is reused, which takes constant time.
"""

import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import httpx2

IDLE_S = 30.0  # seconds without a request after which a connection is closed

type Make = Callable[[], httpx2.AsyncBaseTransport]


class Lanes(httpx2.AsyncBaseTransport):
    """A transport that uses one lane, created by `make`, for each concurrent request."""

    def __init__(self, make: Make, *, now: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._now = now
        self._idle: deque[tuple[float, httpx2.AsyncBaseTransport]] = deque()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Its lane is returned when the response's stream is closed."""
        lane = self._idle.pop()[1] if self._idle else self._make()
        try:
            response = await lane.handle_async_request(request)
        except BaseException:  # a lane can be reused after any failure, also after cancellation
            await self._give_back(lane)
            raise
        stream = cast(httpx2.AsyncByteStream, response.stream)
        response.stream = _Lent(stream, lambda: self._give_back(lane))
        return response

    async def aclose(self) -> None:
        """Close the idle lanes; the others are closed with their responses."""
        while self._idle:
            await self._idle.pop()[1].aclose()

    async def _give_back(self, lane: httpx2.AsyncBaseTransport) -> None:
        now = self._now()
        self._idle.append((now, lane))
        while now - self._idle[0][0] > IDLE_S:
            await self._idle.popleft()[1].aclose()


class _Lent(httpx2.AsyncByteStream):
    """A response's body that calls `over` when it is closed."""

    def __init__(self, stream: httpx2.AsyncByteStream, over: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._over: Callable[[], Awaitable[None]] | None = over

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        """Close the body and return the lane, also if called twice."""
        over, self._over = self._over, None
        try:
            await self._stream.aclose()
        finally:
            if over is not None:
                await over()
