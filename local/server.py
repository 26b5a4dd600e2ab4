"""Serves an ASGI app with uvicorn in the event loop that is already running."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
BACKLOG = 1024  # connections that wait to be accepted
CLOSE_LIMIT_S = 1  # seconds for open answers at the end; an event stream would never end by itself


class PortInUse(Exception):
    """Another program is listening on this port."""


class AppDidNotStart(Exception):
    """The app failed to start: its lifespan raised an error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class _Server(uvicorn.Server):
    """uvicorn's server, which reports when it is up and leaves the signals to the owner."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    app: ASGIApp, *, port: int = 0, host: str = HOST, place: socket.socket | None = None
) -> AsyncIterator[Address]:
    """Serve the app until the block ends, on a reserved socket or on a port; port 0 picks a free
    one.

    Raises PortInUse, AppDidNotStart.
    """
    with place or reserve(host=host, port=port) as listener:
        listener.listen(BACKLOG)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,  # no proxy in front may set the client's address
                timeout_graceful_shutdown=CLOSE_LIMIT_S,
            )
        )
        task = asyncio.create_task(_serve(server, listener))
        try:
            await _until_up(server, task)
            yield Address(host=host, port=listener.getsockname()[1])
        finally:
            server.should_exit = True
            await asyncio.wait([task])


def reserve(*, host: str = HOST, port: int = 0) -> socket.socket:
    """Bind a socket without listening yet, so that connections are refused. Raises PortInUse."""
    # The protocol is named explicitly: only then does asyncio switch off Nagle's algorithm for
    # accepted connections. Otherwise an answer in two pieces waits 40 ms for the client's
    # acknowledgement.
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
    except OSError as error:
        place.close()
        raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return place


async def _serve(server: _Server, listener: socket.socket) -> None:
    try:
        await server.serve([listener])
    except SystemExit:  # uvicorn's way to report that the lifespan failed; its log has the reason
        log.error("app did not start")


async def _until_up(server: _Server, task: asyncio.Task[None]) -> None:
    up = asyncio.create_task(server.up.wait())
    await asyncio.wait([up, task], return_when=asyncio.FIRST_COMPLETED)
    up.cancel()
    if task.done():
        raise AppDidNotStart("the app did not start; the log has the reason")
