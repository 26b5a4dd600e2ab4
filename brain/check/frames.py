"""A small WebSocket client (RFC 6455): what the product has brings none, and a check needs little.

It takes text frames, answers pings, and has a time limit for everything. It knows no proxies.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from brain.check.model import Broken
from brain.codec import Json

OPEN_S = 15.0  # seconds to connect
CLOSE_S = 2.0  # seconds for the connection to end
MOST_BYTES = 1024 * 1024  # of one message
MOST_HEAD = 16 * 1024  # bytes of the answer to the handshake
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUED, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA


class SocketRefused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the handshake was answered with {status}")
        self.status = status


class SocketClosed(Exception):
    """The server has closed the connection. `code` is 1006 without a closing frame."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"the server closed the connection with {code} {reason}".rstrip())
        self.code = code


class Frames:
    """An open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, message: Json) -> None:
        """Send an object as a text frame."""
        await self._send(TEXT, json.dumps(message).encode())

    async def hear(self) -> Json:
        """Return the next message. Raises SocketClosed; Broken if it is no JSON object."""
        text = await self._message()
        try:
            found = json.loads(text)
        except ValueError:
            raise Broken("a frame of the socket is not JSON") from None
        if not isinstance(found, dict):
            raise Broken("a frame of the socket is not an object")
        return found

    async def until(self, *types: str, by: str = "type") -> Json:
        """Return the next message of one of these types; others are passed over."""
        while True:
            message = await self.hear()
            if message.get(by) in types:
                return message

    async def _message(self) -> bytes:
        whole = bytearray()
        while True:
            is_last, kind, payload = await self._frame()
            if kind == PING:
                await self._send(PONG, payload)
            elif kind == CLOSE:
                code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
                raise SocketClosed(code, payload[2:].decode(errors="replace"))
            elif kind in (TEXT, CONTINUED):
                whole += payload
                if len(whole) > MOST_BYTES:
                    raise Broken(f"a message of the socket has more than {MOST_BYTES} bytes")
                if is_last:
                    return bytes(whole)

    async def _frame(self) -> tuple[bool, int, bytes]:
        try:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8))
            if size > MOST_BYTES:
                raise Broken(f"a frame of the socket has more than {MOST_BYTES} bytes")
            return bool(first & 0x80), first & 0x0F, await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError):
            raise SocketClosed(1006) from None

    async def _send(self, kind: int, payload: bytes) -> None:
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = bytes([0x80 | kind, 0x80 | size])
        elif size < 65_536:
            head = bytes([0x80 | kind, 0x80 | 126]) + size.to_bytes(2)
        else:
            head = bytes([0x80 | kind, 0x80 | 127]) + size.to_bytes(8)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self._writer.write(head + mask + masked)
        with suppress(OSError):  # the next read reports it
            await self._writer.drain()

    async def close(self) -> None:
        """Say goodbye and end the connection."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(CLOSE_S):
                await self._send(CLOSE, (1000).to_bytes(2))
                self._writer.close()
                await self._writer.wait_closed()


@asynccontextmanager
async def connected(
    url: str,
    *,
    limit_s: float,
    protocols: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Frames]:
    """Connect to a ws:// or wss:// address. The block has `limit_s` seconds in all.

    Raises SocketRefused, Broken if there is no connection or the time is over, SocketClosed.
    """
    host = urlsplit(url).hostname
    try:
        async with asyncio.timeout(limit_s):
            async with asyncio.timeout(OPEN_S):
                reader, writer = await _opened(url)
            frames = Frames(reader, writer)
            try:
                async with asyncio.timeout(OPEN_S):
                    await _shake_hands(reader, writer, url, protocols, headers or {})
                yield frames
            finally:
                await frames.close()
    except TimeoutError:
        raise Broken(f"the socket of {host} brought not enough in {limit_s:g} s") from None
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise Broken(f"no socket to {host}: {type(error).__name__}") from None


async def _opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    is_secure = parts.scheme == "wss"
    port = parts.port or (443 if is_secure else 80)
    context = ssl.create_default_context() if is_secure else None
    return await asyncio.open_connection(parts.hostname, port, ssl=context, limit=MOST_HEAD)


async def _shake_hands(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    url: str,
    protocols: Sequence[str],
    headers: Mapping[str, str],
) -> None:
    parts = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    sent = {
        "Host": parts.netloc.rpartition("@")[2],
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
        **({"Sec-WebSocket-Protocol": ", ".join(protocols)} if protocols else {}),
        **headers,
    }
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    if status != "101":
        raise SocketRefused(int(status))
    accept = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode()).digest()).decode().lower()
    if f"sec-websocket-accept: {accept}" not in head:
        raise ValueError("not a handshake")
