"""The Redis protocol (RESP2) over a unix socket.

We implement it ourselves because the other installed client drops an error's code (`NOSCRIPT`), and
returns the same value for the status OK and the stored text "OK". Over REST both differ.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

type Command = Sequence[bytes]
type Reply = Status | RedisError | bytes | int | list[Reply] | None

READ_BYTES = 1 << 18  # bytes; larger than nearly every reply, so that one read is enough


class EngineGone(Exception):
    """The engine is unreachable or closed the connection before it answered; the effect is
    unknown.
    """


@dataclass(frozen=True, slots=True)
class Status:
    """A simple status, such as OK."""

    text: str


@dataclass(frozen=True, slots=True)
class RedisError:
    """An error with its code, in Redis's words. It is a normal reply, also inside an array."""

    text: str


def encoded(commands: Iterable[Command]) -> bytes:
    parts: list[bytes] = []
    for command in commands:
        parts.append(b"*%d\r\n" % len(command))
        parts.extend(b"$%d\r\n%b\r\n" % (len(word), word) for word in command)
    return b"".join(parts)


class Connection:
    """One connection, used by one caller at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._at = 0

    @classmethod
    async def open(cls, socket: Path) -> Connection:
        try:
            return cls(*await asyncio.open_unix_connection(str(socket), limit=READ_BYTES))
        except OSError as gone:
            raise EngineGone(str(gone)) from gone

    @property
    def is_open(self) -> bool:
        return not (self._reader.at_eof() or self._writer.is_closing())

    def close(self) -> None:
        self._writer.close()

    async def call(self, command: Command) -> Reply:
        """Send one command and read its reply. Raises EngineGone."""
        return (await self.call_all([command]))[0]

    async def call_all(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once and read their replies, in order. Raises EngineGone."""
        try:
            self._writer.write(encoded(commands))
            await self._writer.drain()
        except OSError as gone:
            raise EngineGone(str(gone)) from gone
        return await self._replies(len(commands))

    async def next(self) -> Reply:
        """Wait for the next push message to a subscriber. Raises EngineGone."""
        return (await self._replies(1))[0]

    async def _replies(self, count: int) -> list[Reply]:
        try:
            return [await self._reply() for _ in range(count)]
        except OSError as gone:
            raise EngineGone(str(gone)) from gone
        finally:
            del self._buffer[: self._at]
            self._at = 0

    async def _reply(self) -> Reply:
        line = await self._line()
        kind, rest = line[:1], line[1:]
        match kind:
            case b"$":
                return await self._bulk(int(rest))
            case b":":
                return int(rest)
            case b"+":
                return Status(rest.decode())
            case b"-":
                return RedisError(rest.decode(errors="replace"))
            case _:  # b"*": RESP2 has no other type
                count = int(rest)
                return None if count < 0 else [await self._reply() for _ in range(count)]

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n", self._at)) < 0:
            await self._read_more()
        line = bytes(self._buffer[self._at : end])
        self._at = end + 2
        return line

    async def _bulk(self, length: int) -> bytes | None:
        if length < 0:
            return None
        end = self._at + length
        while len(self._buffer) < end + 2:
            await self._read_more()
        value = bytes(self._buffer[self._at : end])
        self._at = end + 2
        return value

    async def _read_more(self) -> None:
        more = await self._reader.read(READ_BYTES)
        if not more:
            raise EngineGone("the engine closed the connection")
        self._buffer += more


class Pool:
    """Keeps connections to one engine: as many as there were concurrent callers."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._idle: deque[Connection] = deque()

    async def call_all(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands together over one connection. Raises EngineGone."""
        connection = self._kept() or await Connection.open(self._socket)
        try:
            replies = await connection.call_all(commands)
        except BaseException:
            # Also if the caller was cancelled: an unread reply would be taken for the next
            # command's.
            connection.close()
            raise
        self._idle.append(connection)
        return replies

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
            connection.close()
        return None
