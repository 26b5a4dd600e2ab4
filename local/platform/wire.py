"""HTTP between the gateway and one function: kept connections, bodies passed on as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator

import h11
from starlette.types import Message, Receive, Scope, Send

HOST = "127.0.0.1"
READ_BYTES = 65536  # bytes; the most that asyncio reads at once
IDLE_LIMIT_S = 4.0  # seconds; the runtime's server closes an idle connection after five

HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"expect"}
)
INTERNAL_PREFIX = b"x-vercel-internal-"  # only between platform and runtime
REPEATED = frozenset({b"date", b"server"})  # the gateway's server sets these itself

type Headers = list[tuple[bytes, bytes]]


class FunctionDied(Exception):
    """The connection broke before the answer was complete."""


class BodyTooLarge(Exception):
    """Raised by `receive` when a request exceeds the platform's limit."""


class Wire:
    """One connection to the function; it carries one exchange at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._reader = reader
        self._writer = writer
        self._idle_since = 0.0

    async def send(self, *events: h11.Event) -> None:
        """Send the events, in one packet if they fit. Raises FunctionDied."""
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        try:
            await self._writer.drain()
        except OSError as broken:
            raise FunctionDied from broken

    async def receive(self) -> h11.Event:
        """Wait for the next event. Raises FunctionDied."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(READ_BYTES))
        except (OSError, h11.RemoteProtocolError) as broken:
            raise FunctionDied from broken
        if isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            raise FunctionDied
        assert not isinstance(event, type)  # the two markers are handled above
        return event

    def rest(self, now: float) -> bool:
        """Prepare for the next exchange. Returns False if the connection cannot be used again."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        self._idle_since = now
        return True

    def is_fresh(self, now: float) -> bool:
        return not self._reader.at_eof() and now - self._idle_since < IDLE_LIMIT_S

    def close(self) -> None:
        self._writer.close()


class Wires:
    """The unused connections to one process; the one used last is taken first."""

    def __init__(self) -> None:
        self._idle: list[Wire] = []
        self._is_closed = False

    async def take(self, port: int) -> Wire:
        """Take an unused connection or open a new one. Raises FunctionDied."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            wire = self._idle.pop()
            if wire.is_fresh(now):
                return wire
            wire.close()
        try:
            return Wire(*await asyncio.open_connection(HOST, port))
        except OSError as refused:
            raise FunctionDied from refused

    def give_back(self, wire: Wire) -> None:
        if not self._is_closed and wire.rest(asyncio.get_running_loop().time()):
            self._idle.append(wire)
        else:
            wire.close()

    def close(self) -> None:
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()


async def exchange(
    wire: Wire, scope: Scope, internal: Headers, receive: Receive, send: Send
) -> None:
    """Send one request and pass its answer on; ends early and silently if the client disconnects.

    Raises FunctionDied, and what `receive` raises.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        return
    await wire.send(_request(scope, internal), *_body(message))
    upload = _upload(wire, receive, is_whole=not message.get("more_body", False))
    await first_done(_answer(wire, send), upload)


async def first_done(*stories: Coroutine[None, None, None]) -> None:
    """Run these concurrently until one ends, then cancel the others. Raises what that one
    raised.
    """
    tasks = [asyncio.create_task(story) for story in stories]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    next(task for task in tasks if task in done).result()


async def _upload(wire: Wire, receive: Receive, *, is_whole: bool) -> None:
    """Send the rest of the body; returns when the client has disconnected."""
    takes_more = not is_whole
    while (message := await receive())["type"] != "http.disconnect":
        if takes_more:
            try:
                await wire.send(*_body(message))
            except (
                FunctionDied
            ):  # it may have answered before it closed the connection: then the answer counts
                takes_more = False


def _body(message: Message) -> Iterator[h11.Event]:
    if data := message.get("body", b""):
        yield h11.Data(data=data)
    if not message.get("more_body", False):
        yield h11.EndOfMessage()


async def _answer(wire: Wire, send: Send) -> None:
    while True:
        match await wire.receive():
            case h11.Response(status_code=status, headers=headers):
                kept = list(_kept(headers))
                await send({"type": "http.response.start", "status": status, "headers": kept})
            case h11.Data(data=data):
                await send({"type": "http.response.body", "body": bytes(data), "more_body": True})
            case h11.EndOfMessage():
                await send({"type": "http.response.body", "body": b""})
                return
            case _:  # 1xx: the gateway's own server has handled it
                pass


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name in HOP_BY_HOP or name in REPEATED or name == b"transfer-encoding":
            continue
        if not name.startswith(INTERNAL_PREFIX):
            yield name, value


def _request(scope: Scope, internal: Headers) -> h11.Request:
    headers = request_headers(scope)
    return h11.Request(
        method=scope["method"], target=target_of(scope), headers=[*headers, *internal]
    )


def request_headers(scope: Scope) -> Headers:
    """Return the client's headers, without those meant for the gateway or for the runtime."""
    return [
        (name, b"chunked" if name == b"transfer-encoding" else value)
        for name, value in scope["headers"]
        if name not in HOP_BY_HOP and not name.startswith(INTERNAL_PREFIX)
    ]


def target_of(scope: Scope) -> bytes:
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path
