"""A WebSocket over ASGI: JSON frames both ways, bounded on both sides.

The server below has no pings of its own, so signs of life are frames too. What a reader does not
take in time is not kept for ever: a slow one is closed, and comes again with the seq it has.
"""

import asyncio
import json
from collections import deque
from typing import Any

from starlette.types import Receive, Send

from brain.codec import Json, dumps

MAX_FRAME_BYTES = 64 * 1024  # of a client's frame: twice the longest text with its context
MAX_WAITING_BYTES = 1024 * 1024  # of frames that wait for a slow reader
WRITE_S = 20.0  # seconds for one frame to be taken
PING_S = 20.0  # seconds of silence on our side before a sign of life
SILENCE_S = 50.0  # seconds of silence on the client's side before it counts as gone

NORMAL, UNSUPPORTED, TOO_BIG, RESTART, TOO_SLOW = 1000, 1003, 1009, 1012, 1013
NOT_ALLOWED, SILENT, BROKEN = 4401, 4408, 1011


class HangUp(Exception):
    """The conversation ends: with this code and reason, for the other side to read."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gone(Exception):
    """The other side has closed, or is gone."""


class Socket:
    """One connection. Use `hear` and `tell`; `carry` writes and keeps it alive beside them."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._heard_at = self._told_at = _now()

    async def accept(self, subprotocol: str | None) -> None:
        """Let the client in."""
        await self._receive()  # websocket.connect
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def hear(self) -> Json:
        """The client's next frame. Raises HangUp for one that is none, Gone."""
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
        """Send a frame after those that wait. Raises HangUp if too many do: it is not kept."""
        text = dumps(frame).encode()
        if self._bytes + len(text) > MAX_WAITING_BYTES:
            raise HangUp(TOO_SLOW, "too slow: come again with the last seq")
        self._waiting.append(text)
        self._bytes += len(text)
        self._changed.set()

    async def room(self) -> None:
        """Return once what waits is little enough to add to."""
        while self._bytes > MAX_WAITING_BYTES // 2:
            self._changed.clear()
            await self._changed.wait()

    async def carry(self) -> None:
        """Write what waits, and give and expect signs of life. Ends with HangUp or Gone only."""
        while True:
            while self._waiting:
                await self._write(self._waiting[0])
                self._bytes -= len(self._waiting.popleft())
                self._changed.set()
            self._changed.clear()
            silent_at, ping_at = self._heard_at + SILENCE_S, self._told_at + PING_S
            if _now() >= silent_at:
                raise HangUp(SILENT, "no sign of life")
            if _now() >= ping_at:
                self.tell({"type": "ping"})
                continue
            await self._rest(min(silent_at, ping_at))

    async def close(self, code: int, reason: str) -> None:
        """Say why, within a limit: who does not take it is gone."""
        try:
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (TimeoutError, OSError, RuntimeError):
            pass  # RuntimeError: what the server says of a connection that is closed already

    async def _write(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.send", "text": frame.decode()})
        except TimeoutError:
            raise HangUp(TOO_SLOW, "too slow: come again with the last seq") from None
        except OSError:
            raise Gone from None
        self._told_at = _now()

    async def _rest(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._changed.wait()
        except TimeoutError:
            pass


def _object(text: str) -> Json:
    """Raises HangUp."""
    try:
        frame: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise HangUp(UNSUPPORTED, "not JSON") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise HangUp(UNSUPPORTED, "a frame is an object with a type")
    return frame


def _now() -> float:
    return asyncio.get_running_loop().time()
