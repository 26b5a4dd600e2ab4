"""Pub/sub over REST: `POST /subscribe/<channel>` answers with a stream of server-sent events.

Each push message of Redis is one event, its parts joined by commas: `data: subscribe,<channel>,1`
once subscribed, then `data: message,<channel>,<payload>`. Events are always plain text, whatever
encoding the client requests for other answers. The vendor documents no heartbeat, so we send none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from local.upstash.resp import Command, Connection, EngineGone, RedisError, Reply

PATHS = ("/subscribe/", "/psubscribe/")
STREAM = "text/event-stream"
HEADERS = [(b"content-type", STREAM.encode()), (b"cache-control", b"no-cache")]


class Refused(Exception):
    """Redis rejected the subscription; the text is its error."""


class Subscriptions:
    """All subscribers, each with its own connection to Redis."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._listening: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def listening(self) -> dict[str, int]:
        """Return the number of subscribers of each channel or pattern."""
        return dict(+self._listening)

    async def until(self, is_reached: Callable[[dict[str, int]], bool]) -> None:
        """Wait until the condition holds; it is checked when a client subscribes or leaves."""
        while not is_reached(self.listening()):
            await self._changed.wait()

    async def open(self, command: Command, *, sent: Callable[[int], None]) -> EventStream:
        """Subscribe, and return the stream for the client; `sent` is called with the bytes sent.

        Raises Refused, EngineGone.
        """
        connection = await Connection.open(self._socket)
        try:
            reply = await connection.call(command)
            if isinstance(reply, RedisError):
                raise Refused(reply.text)
        except BaseException:
            connection.close()
            raise
        names = [name.decode(errors="replace") for name in command[1:]]
        self._count(names, 1)
        return EventStream(connection, reply, sent=sent, ended=lambda: self._count(names, -1))

    def _count(self, names: list[str], change: int) -> None:
        for name in names:
            self._listening[name] += change
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class EventStream:
    """The response. It lasts until the client disconnects, the server stops, or Redis is gone."""

    def __init__(
        self,
        connection: Connection,
        confirmation: Reply,
        *,
        sent: Callable[[int], None],
        ended: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._confirmation = confirmation
        self._sent = sent
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tasks = [asyncio.ensure_future(story) for story in (self._stream(send), _gone(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._connection.close()
            self._ended()
        await send(_body(b"", more=False))

    async def _stream(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        push = self._confirmation
        with suppress(EngineGone):
            while True:
                content = event(push)
                self._sent(len(content))
                await send(_body(content, more=True))
                push = await self._connection.next()


def is_subscription(request: Request) -> bool:
    """Return whether the client requests a stream; without its Accept header it is a normal
    command.
    """
    return request.url.path.startswith(PATHS) and STREAM in request.headers.get("accept", "")


def event(push: Reply) -> bytes:
    """Return one server-sent event, with each line of the push message on its own line."""
    assert isinstance(push, list), "a push has several parts"
    text = ",".join(_text(part) for part in push)
    lines = [f"data: {line}" for line in text.split("\n")]
    return "\n".join([*lines, "", ""]).encode()


def _text(part: Reply) -> str:
    return part.decode(errors="replace") if isinstance(part, bytes) else str(part)


def _body(content: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
