"""The line that tests cut: what it carries, and how both ends see a cut."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.walks.line import CONNECT, CONNECTED, GREETING, NAME, REFUSED, Line, laid_line

LIMIT_S = 10.0
HOST = "127.0.0.1"


@dataclass(kw_only=True, slots=True)
class Echo:
    """A server that echoes everything, and records how each connection ended."""

    port: int = 0
    ends: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while piece := await reader.read(100):
                writer.write(piece)
        except ConnectionResetError:
            self.ends.put_nowait("reset")
        else:
            self.ends.put_nowait("closed")
        writer.close()

    async def end(self) -> str:
        """Return how the next connection to end ended."""
        async with asyncio.timeout(LIMIT_S):
            return await self.ends.get()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    async with await asyncio.start_server(echo.talk, HOST, 0) as server:
        echo.port = server.sockets[0].getsockname()[1]
        yield echo


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with laid_line() as line:
        yield line


@asynccontextmanager
async def connected(
    line: Line, port: int, *, answer: bytes = CONNECTED
) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    """Open a connection through the line, as a browser does."""
    at = int(line.proxy["server"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection(HOST, at)
    writer.write(bytes((5, 1, 0)))
    assert await reader.readexactly(2) == GREETING
    name = HOST.encode()
    writer.write(CONNECT + bytes((NAME, len(name))) + name + port.to_bytes(2))
    assert await reader.readexactly(len(answer)) == answer
    yield reader, writer
    writer.close()


async def test_a_line_carries_both_directions_until_an_end_closes(line: Line, echo: Echo) -> None:
    async with connected(line, echo.port) as (reader, writer):
        writer.write(b"hello")

        assert await reader.readexactly(5) == b"hello"
        assert line.open == 1
    assert await echo.end() == "closed"


async def test_a_cut_resets_both_ends_immediately(line: Line, echo: Echo) -> None:
    async with connected(line, echo.port) as (reader, writer):
        writer.write(b"hello")
        await reader.readexactly(5)

        line.cut()

        with pytest.raises(ConnectionResetError):
            await reader.read()
        assert await echo.end() == "reset"


async def test_a_cut_line_refuses_connections_until_it_is_mended(line: Line, echo: Echo) -> None:
    line.cut()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with connected(line, echo.port):
            pass

    line.mend()
    async with connected(line, echo.port) as (reader, writer):
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
    assert await echo.end() == "closed"
    assert echo.ends.empty(), "a connection passed the cut line"


async def test_a_destination_without_a_server_is_refused(line: Line) -> None:
    with socket.socket() as place:
        place.bind((HOST, 0))
        port = place.getsockname()[1]

        async with connected(line, port, answer=REFUSED) as (reader, _):
            assert await reader.read() == b""
    assert line.open == 0
