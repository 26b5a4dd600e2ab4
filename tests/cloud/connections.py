"""A client of our own, and how many connections one uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from brain.cloud.http import HttpClient


class CountConnections:
    """Records the client's port of every request: each port is one connection."""

    def __init__(self, app: ASGIApp, seen: list[object]) -> None:
        self._app = app
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._seen.append(scope["client"])
        await self._app(scope, receive, send)


@asynccontextmanager
async def client_at(url: str) -> AsyncIterator[HttpClient]:
    client = HttpClient(url, at_most=2)
    try:
        yield client
    finally:
        await client.aclose()
