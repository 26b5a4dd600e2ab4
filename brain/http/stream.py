"""Server-Sent Events over ASGI."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from brain.codec import Json, dumps
from brain.http.edge import problem_of

HEARTBEAT_S = 10.0  # seconds of silence after which a comment keeps proxies from closing
BEAT = b": still here\n\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamEvent:
    """One event. `id` is what a client names when it comes again: the seq it has."""

    name: str
    data: Json
    id: int | None = None

    def frame(self) -> bytes:
        """As it goes over the wire. JSON has no line breaks, so one data line is enough."""
        place = "" if self.id is None else f"id: {self.id}\n"
        return f"event: {self.name}\n{place}data: {dumps(self.data)}\n\n".encode()


class EventStream:
    """A response of events. The function ends when the events and the task beside them have.

    `retry_s` tells a client how soon to come again. With `while_read` a client that has gone ends
    it; without, what the events tell of goes on all the same.
    """

    def __init__(
        self,
        events: AsyncGenerator[StreamEvent, None],
        *,
        beside: "asyncio.Task[None] | None" = None,
        retry_s: float | None = None,
        while_read: bool = False,
    ) -> None:
        self._events = events
        self._beside = beside
        self._retry_s = retry_s
        self._while_read = while_read

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
        if self._retry_s is not None:
            await _send(send, f"retry: {round(self._retry_s * 1000)}\n\n".encode())
        if self._while_read:
            await _while_there(receive, self._tell(send))
        else:
            await self._tell(send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if self._beside is not None:
            await asyncio.wait({self._beside})

    async def _tell(self, send: Send) -> None:
        try:
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    await _send(send, piece)
        except Exception as error:  # noqa: BLE001 - the response has begun: its end tells of the error
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
            await self._events.aclose()  # what was not waited for just now is still open


async def _send(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _while_there(receive: Receive, telling: Coroutine[Any, Any, None]) -> None:
    """Tell until the end, or until the client has gone."""
    tasks = {asyncio.ensure_future(telling), asyncio.ensure_future(_gone(receive))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
