"""Server-Sent Events over ASGI."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Receive, Scope, Send

from brain.core.codec import dumps
from brain.domain.tools import Json
from brain.http.edge import problem_of

HEARTBEAT_S = 10.0  # seconds of silence after which a comment keeps proxies from closing


class EventStream:
    """A response of events. The function ends when the events and the task beside them have."""

    def __init__(
        self, events: AsyncIterator[tuple[str, Json]], beside: "asyncio.Task[None]"
    ) -> None:
        self._events = events
        self._beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come; one named `error` if they end in one."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )
        try:
            async for piece in self._pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Exception as error:  # noqa: BLE001 - the response has begun: its end tells of the error
            piece = frame("error", problem_of(error).to_wire())
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        await asyncio.wait({self._beside})

    async def _pieces(self) -> AsyncIterator[bytes]:
        coming = asyncio.ensure_future(anext(self._events))
        while True:
            await asyncio.wait({coming}, timeout=HEARTBEAT_S)
            if not coming.done():
                yield b": still here\n\n"
                continue
            try:
                name, data = coming.result()
            except StopAsyncIteration:
                return
            yield frame(name, data)
            coming = asyncio.ensure_future(anext(self._events))


def frame(name: str, data: Json) -> bytes:
    """One event. JSON has no line breaks, so one data line is enough."""
    return f"event: {name}\ndata: {dumps(data)}\n\n".encode()
