"""Lets pages of allowed origins call a function, and answers HEAD, around its handlers."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brain.http.origins import AllowedOrigins, cors

PREFLIGHT = "access-control-request-method"


def allowed_in(wiring: Any, origin: str | None) -> str | None:
    """Return the origin if pages of it may call; None for no origin or another one.

    Raises SettingMissing if the setting is wrong.
    """
    if not origin:
        return None
    origins: AllowedOrigins | None = getattr(wiring, "origins", None)
    return origin if origins is not None and origins.allows(origin) else None


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks before the real request. It needs no token."""
    return method == "OPTIONS" and PREFLIGHT in headers


def preflight(origin: str, methods: Iterable[str]) -> Response:
    """Return the answer to a preflight."""
    return Response(status_code=204, headers=cors(origin, methods))


def for_origin(app: ASGIApp, origin: str) -> ASGIApp:
    """Return the response with the headers that let pages of this origin read it."""

    async def crossing(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in cors(origin).items():
                    headers[name] = value
            await send(message)

        await app(scope, receive, sent)

    return crossing


def without_body(app: ASGIApp) -> ASGIApp:
    """Return the response of GET as the answer to HEAD: the same head, and nothing after it.

    A stream is told that its reader has gone, so that it ends.
    """

    async def headed(scope: Scope, receive: Receive, send: Send) -> None:
        told = asyncio.Event()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and not told.is_set():
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                told.set()

        async def received() -> Message:
            await told.wait()
            return {"type": "http.disconnect"}

        await app(scope, received, sent)

    return headed
