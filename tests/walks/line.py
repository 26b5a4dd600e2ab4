"""A line between a page and a server that can be cut: every connection at once, at any byte."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

CHUNK_BYTES = 65_536


class Line:
    """A TCP relay on this machine. While it is cut, whoever comes is turned away."""

    def __init__(self, port: int) -> None:
        """`port` is the server's."""
        self.port = 0
        self._to = port
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Break every connection, and let none come."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections come again."""
        self._is_cut = False

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        if self._is_cut:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        with self._open(writer), suppress(OSError):
            beyond, server = await asyncio.open_connection("127.0.0.1", self._to)
            with self._open(server):
                await asyncio.gather(_carry(reader, server), _carry(beyond, writer))
        self._relays.discard(task)

    @contextmanager
    def _open(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._writers.add(writer)
        try:
            yield
        finally:
            self._writers.discard(writer)
            writer.close()

    async def aclose(self) -> None:
        """Break what is left, and wait for its end."""
        self.cut()
        await asyncio.gather(*self._relays, return_exceptions=True)


@asynccontextmanager
async def line(port: int) -> AsyncIterator[Line]:
    """A line to the server at this port of this machine, until the end of the block."""
    relayed = Line(port)
    server = await asyncio.start_server(relayed.relay, "127.0.0.1", 0)
    relayed.port = server.sockets[0].getsockname()[1]
    try:
        yield relayed
    finally:
        server.close()
        await relayed.aclose()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()
