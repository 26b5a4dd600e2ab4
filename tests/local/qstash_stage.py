"""A stage for the queue's tests: real servers on loopback, and a destination that records
requests.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from qstash import AsyncQStash
from qstash.message import PublishResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.qstash import TOKEN, LocalQueue


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve the app on a free port of 127.0.0.1; yields its base URL."""
    # It listens before the server starts: an early request waits in the backlog, so no test has to
    # poll.
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    path: str
    method: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Destination:
    """Records every request and answers with `answers`, in turn; the last one repeats.

    While `gate` is not set, it records requests and keeps them waiting.
    """

    answers: list[Callable[[], Response]] = field(default_factory=lambda: [Response])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    received: list[Received] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # the lifespan: there is nothing to start
        request = Request(scope, receive)
        body = await request.body()
        note = Received(
            path=request.url.path, method=request.method, headers=request.headers, body=body
        )
        async with self._arrived:
            answer = self.answers[min(len(self.received), len(self.answers) - 1)]
            self.received.append(note)
            self._arrived.notify_all()
        await self.gate.wait()
        await answer()(scope, receive, send)

    async def has(self, count: int) -> list[Received]:
        """Return the first `count` requests once they have arrived."""
        async with asyncio.timeout(20), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)
            return self.received[:count]


def status(code: int, **headers: str) -> Callable[[], Response]:
    return lambda: Response(
        status_code=code, headers={k.replace("_", "-"): headers[k] for k in headers}
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The queue behind HTTP, the vendor's client for it, and a destination at `url`."""

    queue: LocalQueue
    queue_url: str
    client: AsyncQStash
    destination: Destination
    url: str

    async def publish(self, **options: Any) -> PublishResponse:
        """Publish to the destination, or to `url` if the options contain it."""
        published = await self.client.message.publish(**{"url": self.url} | options)
        assert isinstance(published, PublishResponse)
        return published

    async def publish_json(self, **options: Any) -> PublishResponse:
        published = await self.client.message.publish_json(**{"url": self.url} | options)
        assert isinstance(published, PublishResponse)
        return published


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    queue, destination = LocalQueue(folder / "queue.db"), Destination()
    async with served(queue.app) as queue_url, served(destination) as url:
        client = AsyncQStash(TOKEN, base_url=queue_url, retry=False)
        yield Stage(
            queue=queue,
            queue_url=queue_url,
            client=client,
            destination=destination,
            url=f"{url}/api/brainToBrain",
        )
        destination.gate.set()
        await closed(client)


async def closed(client: AsyncQStash) -> None:
    """Close the client's connections; the SDK has no public method for this."""
    await client.http._client.aclose()
