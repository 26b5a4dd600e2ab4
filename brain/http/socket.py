"""A WebSocket over ASGI: JSON frames in both directions, with size and time limits.

The ASGI server sends no pings, so heartbeats are frames too. Frames for a slow reader are buffered
up to a limit. Then the socket is closed, and the client reconnects with the last seq it has.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import Receive, Send

from brain.codec import Json, NotJson, NotUsable, decoded, dumps
from brain.http.edge import Problem

MAX_FRAME_BYTES = 64 * 1024  # of a client's frame: twice the longest text with its context
MAX_WAITING_BYTES = 1024 * 1024  # of frames buffered for a slow reader
WRITE_S = 20.0  # seconds within which the server must accept one frame
PING_S = 20.0  # seconds without a frame from us after which we send a ping
SILENCE_S = 50.0  # seconds without a frame from the client after which it counts as gone

NORMAL, UNSUPPORTED, TOO_BIG, RESTART, TOO_SLOW = 1000, 1003, 1009, 1012, 1013
NOT_ALLOWED, UNKNOWN, SILENT, BROKEN = 4401, 4404, 4408, 1011
INVALID_FRAME = "Invalid frame."
RECONNECT = "too slow: reconnect with the last seq"


class HangUp(Exception):
    """Close the socket with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gone(Exception):
    """The client closed the connection or is unreachable."""


class Socket:
    """One connection. `hear` reads a frame, `tell` queues one; `carry` runs concurrently, writes
    the queued frames and keeps the connection alive.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._queued = self._written = 0  # frames so far
        self._changed = asyncio.Event()
        self._heard_at = self._told_at = _now()
        self._has_heartbeat = True

    def stop_heartbeat(self) -> None:
        """Send no pings, and do not expect any sign of life: the client's protocol has none."""
        self._has_heartbeat = False

    async def accept(self, subprotocol: str | None) -> None:
        """Accept the connection."""
        await self._receive()  # websocket.connect
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def hear(self) -> Json:
        """Return the client's next frame.

        Raises HangUp for an invalid frame, Problem for one that cannot be used, Gone at the end.
        """
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise Gone
        self._heard_at = _now()
        text = message.get("text")
        if text is None:
            raise HangUp(UNSUPPORTED, "text frames only")
        if len(text) > MAX_FRAME_BYTES or len(text.encode()) > MAX_FRAME_BYTES:
            raise HangUp(TOO_BIG, f"a frame has at most {MAX_FRAME_BYTES // 1024} KiB")
        return _object(text)

    def tell(self, frame: Json) -> None:
        """Queue a frame. Raises HangUp and drops it if the queue exceeds MAX_WAITING_BYTES."""
        text = dumps(frame).encode()
        if self._bytes + len(text) > MAX_WAITING_BYTES:
            raise HangUp(TOO_SLOW, RECONNECT)
        self._waiting.append(text)
        self._queued += 1
        self._bytes += len(text)
        self._changed.set()

    async def room(self) -> None:
        """Wait until the queue is at most half full."""
        while self._bytes > MAX_WAITING_BYTES // 2:
            self._changed.clear()
            await self._changed.wait()

    async def flushed(self) -> None:
        """Wait until all frames that are queued now are written."""
        last = self._queued
        while self._written < last:
            self._changed.clear()
            await self._changed.wait()

    async def carry(self) -> None:
        """Write queued frames, send pings and check for silence. Ends only with HangUp or Gone."""
        while True:
            while self._waiting:
                await self._write(self._waiting[0])
                self._bytes -= len(self._waiting.popleft())
                self._written += 1
                self._changed.set()
            self._changed.clear()
            if not self._has_heartbeat:
                await self._changed.wait()
                continue
            silent_at, ping_at = self._heard_at + SILENCE_S, self._told_at + PING_S
            if _now() >= silent_at:
                raise HangUp(SILENT, "no sign of life")
            if _now() >= ping_at:
                self.tell({"type": "ping"})
                continue
            await self._rest(min(silent_at, ping_at))

    async def close(self, code: int, reason: str) -> None:
        """Close the connection with a reason; give up after WRITE_S."""
        try:
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (TimeoutError, OSError, RuntimeError):
            pass  # RuntimeError: the server raises it if the connection is already closed

    async def _write(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.send", "text": frame.decode()})
        except TimeoutError:
            raise HangUp(TOO_SLOW, RECONNECT) from None
        except OSError:
            raise Gone from None
        self._told_at = _now()

    async def _rest(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._changed.wait()
        except TimeoutError:
            pass


async def until_one_fails(
    parts: Iterable["asyncio.Future[None]"], others: Callable[[], Iterable["asyncio.Future[Any]"]]
) -> None:
    """Wait until a part of a connection fails, and raise its error. All parts end, and so does what
    `others` returns then. A part that ends by itself ends nothing.
    """
    waiting = list(parts)
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
        next(part for part in waiting if part.done() and part.exception()).result()
    finally:
        ending = {*waiting, *others()}
        for part in ending:
            part.cancel()
        # Ignore their exceptions: the first one has already been raised.
        await asyncio.gather(*ending, return_exceptions=True)


def _object(text: str) -> Json:
    """Parse a frame. Raises HangUp if it is not a JSON object with a type, Problem 422 if it is
    JSON that cannot be used.
    """
    try:
        frame: Any = decoded(text)
    except NotJson:
        raise HangUp(UNSUPPORTED, "not JSON") from None
    except NotUsable as refused:
        fault: Json = {"field": "body", "message": str(refused)}
        raise Problem(422, INVALID_FRAME, errors=[fault]) from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise HangUp(UNSUPPORTED, "a frame is an object with a type")
    return frame


def _now() -> float:
    return asyncio.get_running_loop().time()
