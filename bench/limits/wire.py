"""The least HTTP/1.1 that a server and a client can do: no checks, no limits, no pipelining.

It carries the limit, the stand-ins of the services and the users, so that little of what is
measured is theirs.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import cast

END = b"\r\n\r\n"
LENGTH = b"content-length:"
CHUNKED = b"transfer-encoding: chunked"

type Send = Callable[[bytes], None]
# Sends the response itself, at once or later.
type Handler = Callable[["Asked", Send], Coroutine[None, None, None] | None]


class Closed(Exception):
    """The server closed the connection before it answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `head` has no end of line at its end, and the case in which it was sent."""

    path: bytes
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def request(method: str, host: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a request with a body of JSON."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + END + body


def response(body: bytes, status: int = 200, kind: str = "application/json") -> bytes:
    """Return a response whose length is known."""
    head = f"HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    return head.encode() + END + body


def chunk(data: bytes) -> bytes:
    """Return one piece of a response without a known length; an empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Server(asyncio.Protocol):
    """One connection to a server."""

    def __init__(self, handle: Handler, tasks: set[asyncio.Task[None]]) -> None:
        """`tasks` keeps those that still run: the loop itself holds them only weakly."""
        self._handle = handle
        self._tasks = tasks
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not instances of it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END)
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        whole = end + len(END) + _length(head.lower())
        if len(self._buffer) < whole:
            return
        body = bytes(self._buffer[end + len(END) : whole])
        del self._buffer[:whole]
        path = head.split(b" ", 2)[1]
        work = self._handle(Asked(path, head, body), self._send)
        if work is not None:
            task = asyncio.get_running_loop().create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


async def serve(handle: Handler, place: socket.socket) -> asyncio.Server:
    """Serve on a bound socket, until the server is closed."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(partial(Server, handle, set()), sock=place)


class Connection(asyncio.Protocol):
    """One connection of a client, for one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiter: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not instances of it

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(Closed())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answer = _answer(self._buffer)
        if answer is not None and self._waiter is not None and not self._waiter.done():
            self._buffer.clear()
            self._waiter.set_result(answer)

    async def ask(self, data: bytes) -> Answer:
        """Send a request and wait for the whole answer. Raises Closed."""
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._waiter

    def close(self) -> None:
        self._transport.close()


class Client:
    """As many connections to one server as there are requests at once; they are kept."""

    def __init__(self, host: str, port: int) -> None:
        self._at = (host, port)
        self._idle: list[Connection] = []

    async def ask(self, data: bytes) -> Answer:
        """Send a request and wait for the whole answer. Raises Closed, OSError."""
        connection = await self._connection()
        try:
            answer = await connection.ask(data)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> Connection:
        while self._idle:
            if (kept := self._idle.pop()).is_open:
                return kept
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, *self._at)
        return connection


def _length(head: bytes) -> int:
    """Return the length of the body; `head` is in small letters."""
    start = head.find(LENGTH)
    if start < 0:
        return 0
    end = head.find(b"\r", start)
    return int(head[start + len(LENGTH) : end if end >= 0 else len(head)])


def _answer(buffer: bytearray) -> Answer | None:
    """Return the answer, if the buffer contains all of it."""
    end = buffer.find(END)
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    status, start = int(head[9:12]), end + len(END)
    if CHUNKED in head:
        body = _joined(buffer, start)
        return None if body is None else Answer(status, body)
    whole = start + _length(head)
    return None if len(buffer) < whole else Answer(status, bytes(buffer[start:whole]))


def _joined(buffer: bytearray, at: int) -> bytes | None:
    """Return the body that was sent in pieces; None if it is not complete."""
    parts: list[bytes] = []
    while True:
        end = buffer.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(buffer[at:end], 16)
        at = end + 2 + size + 2
        if len(buffer) < at:
            return None
        if size == 0:
            return b"".join(parts)
        parts.append(bytes(buffer[end + 2 : at - 2]))
