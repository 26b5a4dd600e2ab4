"""The network between a browser and everything else, which a test can cut.

    async with laid_line() as line:
        context = await browser.new_context(proxy=line.proxy)
        line.cut()
        line.mend()

It is a SOCKS5 proxy in the test's own process. All connections of the browser context go through
it, to the gateway and to the channel, and no others do. A cut really resets them, so the test does
not depend on what a browser's offline emulation keeps open.
"""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from playwright.async_api import ProxySettings

HOST = "127.0.0.1"
PIECE_BYTES = 65_536  # bytes copied at once
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with 0 s: closing sends RST and drops unsent data

# SOCKS5 (RFC 1928), as far as a browser uses it with a proxy without a password.
GREETING = bytes((5, 0))  # "no password"
CONNECT = bytes((5, 1, 0))
IPV4, NAME = 1, 3
CONNECTED = bytes((5, 0, 0, IPV4, 0, 0, 0, 0, 0, 0))
REFUSED = bytes((5, 5, 0, IPV4, 0, 0, 0, 0, 0, 0))


class Line:
    """Carries bytes in both directions until it is cut. `open` counts the current connections."""

    def __init__(self, port: int) -> None:
        self.proxy: ProxySettings = {"server": f"socks5://{HOST}:{port}"}
        self.open = 0
        self._is_cut = False
        self._ends: set[StreamWriter] = set()

    def cut(self) -> None:
        """Reset every open connection at both ends, and each new one until `mend`."""
        self._is_cut = True
        for end in self._ends:
            _reset(end)

    def mend(self) -> None:
        """Carry new connections again. Those that were cut stay closed."""
        self._is_cut = False

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Connect one connection of the browser to its destination, until either end closes."""
        with self._held(writer):
            try:
                far_reader, far_writer = await _far_end(reader, writer)
            except (asyncio.IncompleteReadError, OSError):
                writer.close()  # either end is gone, or the line is cut
                return
            with self._held(far_writer):
                self.open += 1
                async with asyncio.TaskGroup() as both_ways:
                    both_ways.create_task(_pump(reader, far_writer))
                    both_ways.create_task(_pump(far_reader, writer))
                self.open -= 1

    @contextmanager
    def _held(self, end: StreamWriter) -> Iterator[None]:
        """Let a cut reset this end too, even a cut before this call."""
        self._ends.add(end)
        if self._is_cut:
            _reset(end)
        try:
            yield
        finally:
            self._ends.discard(end)


@asynccontextmanager
async def laid_line() -> AsyncIterator[Line]:
    """Run a line until the block ends."""
    with socket.socket() as place:
        place.bind((HOST, 0))
        line = Line(place.getsockname()[1])
        server = await asyncio.start_server(line.carry, sock=place)
        try:
            yield line
        finally:
            server.close()
            line.cut()
            await server.wait_closed()


async def _far_end(reader: StreamReader, writer: StreamWriter) -> tuple[StreamReader, StreamWriter]:
    """Read the destination from the browser, and connect. Raises IncompleteReadError, OSError."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(GREETING)
    *wish, kind = await reader.readexactly(4)
    host = await _host(reader, kind)
    port = int.from_bytes(await reader.readexactly(2))
    try:
        if bytes(wish) != CONNECT:
            raise ConnectionRefusedError
        far_end = await asyncio.open_connection(host, port)
    except OSError:
        writer.write(REFUSED)
        raise
    writer.write(CONNECTED)
    return far_end


async def _host(reader: StreamReader, kind: int) -> str:
    if kind == IPV4:
        return socket.inet_ntoa(await reader.readexactly(4))
    if kind == NAME:
        (length,) = await reader.readexactly(1)
        return (await reader.readexactly(length)).decode()
    raise ConnectionRefusedError("only names and IPv4 are carried")


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass  # an end was reset; the other one is closed below
    finally:
        writer.close()


def _reset(end: StreamWriter) -> None:
    if not end.transport.is_closing():  # a closing end may have lost its socket already
        end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    end.transport.abort()
