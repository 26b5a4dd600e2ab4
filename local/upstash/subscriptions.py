"""Pub/sub over REST: `POST /subscribe/<channel>` answers with a stream of server-sent events.

Each push of Redis is one event, its parts joined by commas: `data: subscribe,<channel>,1` when it
is subscribed, then `data: message,<channel>,<payload>`. As plain text, whatever encoding the client
asks for in other answers. The vendor's documentation knows of no heartbeat, so there is none.
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
    """Redis did not subscribe; the text is its error."""


class Subscriptions:
    """Everybody who listens, each on a connection to Redis of their own."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._listening: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def listening(self) -> dict[str, int]:
        """How many clients are subscribed, by channel or pattern."""
        return dict(+self._listening)

    async def until(self, is_reached: Callable[[dict[str, int]], bool]) -> None:
        """Returns when the condition holds; it is asked again when somebody comes or goes."""
        while not is_reached(self.listening()):
            await self._changed.wait()

    async def open(self, command: Command, *, sent: Callable[[int], None]) -> EventStream:
        """The answer to a client that is subscribed now; `sent` is told of the bytes that go out.

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
    """The response: until the client goes, the server stops, or Redis is gone."""

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
        tasks = [asyncio.ensure_future(story) for story in (self._tell(send), _gone(receive))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._connection.close()
            self._ended()
        await send(_body(b"", more=False))

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        push = self._confirmation
        with suppress(EngineGone):
            while True:
                content = event(push)
                self._sent(len(content))
                await send(_body(content, more=True))
                push = await self._connection.next()


def is_subscription(request: Request) -> bool:
    """Whether a stream is asked for; without its Accept header it is a command like any other."""
    return request.url.path.startswith(PATHS) and STREAM in request.headers.get("accept", "")


def event(push: Reply) -> bytes:
    """One server-sent event, with each line of the push on a line of its own."""
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
