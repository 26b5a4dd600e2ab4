"""Answers that the platform itself gives to a request or to a WebSocket handshake."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.types import Scope, Send


async def problem(scope: Scope, send: Send, status: int, title: str) -> None:
    """Answer with a problem document (RFC 9457), as the functions do."""
    content = {"type": "about:blank", "title": title, "status": status}
    await answer(scope, send, status, json.dumps(content).encode(), "application/problem+json")


async def plain(
    scope: Scope, send: Send, status: int, text: str, headers: Mapping[str, str] | None = None
) -> None:
    await answer(scope, send, status, text.encode() + b"\n", "text/plain; charset=utf-8", headers)


async def overran(scope: Scope, send: Send) -> None:
    """Answer that an invocation exceeded its maximum duration. The code is the platform's."""
    code = "FUNCTION_INVOCATION_TIMEOUT"
    text = f"The function took longer than it may.\n\n{code}"
    await plain(scope, send, 504, text, {"x-vercel-error": code})


async def died(scope: Scope, send: Send) -> None:
    """Answer that a process ended during an invocation. The code is the platform's."""
    code = "FUNCTION_INVOCATION_FAILED"
    text = f"The function ended before it answered.\n\n{code}"
    await plain(scope, send, 502, text, {"x-vercel-error": code})


async def answer(
    scope: Scope,
    send: Send,
    status: int,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    fields = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        **(headers or {}),
    }
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": f"{kind}.start", "status": status, "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})
