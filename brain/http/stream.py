"""Server-Sent Events over ASGI."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from brain.codec import Json, dumps
from brain.http.edge import problem_of

HEARTBEAT_S = 10.0  # seconds without an event; then a comment keeps proxies from closing
BEAT = b": still here\n\n"


class StreamEvent(Struct, frozen=True, kw_only=True):
    """One event. `id` is the seq that a client sends as Last-Event-ID when it reconnects."""

    name: str
    data: Json
    id: int | None = None

    def frame(self) -> bytes:
        """Encode the event. JSON contains no line breaks, so one data line is enough."""
        place = "" if self.id is None else f"id: {self.id}\n"
        return f"event: {self.name}\n{place}data: {dumps(self.data)}\n\n".encode()


class EventStream:
    """A streaming response of events. It ends when the events and the task `beside` have ended.

    `retry_s` sets the client's reconnection delay in seconds. With `while_read` the stream ends
    when the client disconnects; without it, the events are consumed to the end. `sent` is called
    after the last one was sent, unless the client had disconnected before. `left` is called when
    the client disconnects before that. With `greets` a comment is sent at once.
    """

    def __init__(
        self,
        events: AsyncGenerator[StreamEvent, None],
        *,
        beside: "asyncio.Task[None] | None" = None,
        sent: Callable[[], Awaitable[None]] | None = None,
        left: Callable[[], None] | None = None,
        retry_s: float | None = None,
        while_read: bool = False,
        greets: bool = False,
        cache_control: str = "no-store",
    ) -> None:
        self._events = events
        self._beside = beside
        self._sent = sent
        self._left = left
        self._retry_s = retry_s
        self._while_read = while_read
        self._greets = greets
        self._cache_control = cache_control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they arrive; if they fail, send a last event named `error`."""
        await self._begin(send)
        if self._while_read:
            await _while_connected(receive, self._send_events(send))
        else:
            async with noticing(receive, self._left):
                await self._send_events(send)
        is_heard = self._sent is not None and not await Request(scope, receive).is_disconnected()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if self._sent is not None and is_heard:
            await self._sent()
        if self._beside is not None:
            await asyncio.wait({self._beside})

    async def _begin(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", self._cache_control.encode()),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )
        if self._retry_s is not None:
            await _send(send, f"retry: {round(self._retry_s * 1000)}\n\n".encode())
        if self._greets:
            await _send(send, BEAT)

    async def _send_events(self, send: Send) -> None:
        try:
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    await _send(send, piece)
        except Exception as error:  # noqa: BLE001 - the response has begun: only an event can report it
            await _send(send, StreamEvent(name="error", data=problem_of(error).to_wire()).frame())

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        coming = asyncio.ensure_future(anext(self._events))
        try:
            while True:
                await asyncio.wait({coming}, timeout=HEARTBEAT_S)
                if not coming.done():
                    yield BEAT
                    continue
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                yield event.frame()
                coming = asyncio.ensure_future(anext(self._events))
        finally:
            coming.cancel()
            await asyncio.wait({coming})
            await self._events.aclose()  # a cancelled `anext` leaves the generator open


async def _send(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _while_connected(receive: Receive, sending: Coroutine[Any, Any, None]) -> None:
    """Run `sending` until it ends or the client disconnects."""
    tasks = {asyncio.ensure_future(sending), asyncio.ensure_future(_disconnected(receive))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        # Read their errors: asyncio logs those that nobody reads, with a stack trace.
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def noticing(receive: Receive, left: Callable[[], None] | None) -> AsyncIterator[None]:
    """Call `left` if the client disconnects meanwhile. None: nobody wants to know."""
    if left is None:
        yield
        return
    watching = asyncio.ensure_future(_disconnected(receive))
    watching.add_done_callback(lambda task: task.cancelled() or task.exception() or left())
    try:
        yield
    finally:
        watching.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
