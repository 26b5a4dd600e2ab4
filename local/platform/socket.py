"""Passes a WebSocket of a function on, frame by frame."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Response
from websockets.typing import Subprotocol

from local.platform.answers import answer
from local.platform.instance import Invocation
from local.platform.wire import HOST, FunctionDied, Headers, request_headers, target_of

CLOSE_LIMIT_S = 1.0  # seconds for the function to answer a close
NO_STATUS = 1005  # "closed without a code": only reported, never sent
NORMAL = 1000
BROKEN = 1011  # sent to the client when the function's side broke
UNSENDABLE = frozenset({1004, 1006, 1015})

# The client library sends its own values.
HANDSHAKE = frozenset(
    {
        b"host",
        b"sec-websocket-extensions",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
        b"sec-websocket-version",
    }
)


async def converse(
    port: int, invocation: Invocation, scope: Scope, receive: Receive, send: Send
) -> None:
    """Open the function's socket, then the client's, and pass frames on until one of them closes.

    Raises FunctionDied or TimeoutError if the function's socket did not open.
    """
    await receive()  # websocket.connect
    try:
        async with asyncio.timeout_at(invocation.expires_at):
            upstream = await _open(port, scope, invocation.headers())
    except TimeoutError:  # also an OSError, but one of ours
        raise
    except InvalidStatus as refused:
        await _pass_refusal_on(refused.response, scope, send)
        return
    except (OSError, InvalidHandshake) as broken:
        raise FunctionDied from broken
    async with upstream:
        await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
        await _pass_on(upstream, receive, send)


async def _open(port: int, scope: Scope, internal: Headers) -> ClientConnection:
    headers = [*request_headers(scope), *internal]
    host = dict(scope["headers"]).get(b"host", HOST.encode()).decode("latin-1")
    return await connect(
        f"ws://{host}{target_of(scope).decode('latin-1')}",
        host=HOST,
        port=port,
        additional_headers=[
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in headers
            if name not in HANDSHAKE
        ],
        subprotocols=[Subprotocol(name) for name in scope["subprotocols"]] or None,
        user_agent_header=None,
        compression=None,
        proxy=None,
        open_timeout=None,  # the invocation's time is the limit
        ping_interval=None,
        close_timeout=CLOSE_LIMIT_S,
    )


async def _pass_on(upstream: ClientConnection, receive: Receive, send: Send) -> None:
    upward = asyncio.create_task(_upward(upstream, receive))
    try:
        await _downward(upstream, send)
    finally:
        client_left = upward.done() and upward.result()
        upward.cancel()
    if not client_left:
        code, reason = _sendable(upstream.close_code), upstream.close_reason or ""
        await send({"type": "websocket.close", "code": code, "reason": reason})


async def _upward(upstream: ClientConnection, receive: Receive) -> bool:
    """Pass on from client to function. Returns True if the client closed, False if the function
    did.
    """
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        try:
            await upstream.send(message["bytes"] if text is None else text)
        except ConnectionClosed:
            return False
    await upstream.close(_sendable(message.get("code")), message.get("reason") or "")
    return True


async def _downward(upstream: ClientConnection, send: Send) -> None:
    """Pass on from function to client, until either side closes the function's socket."""
    try:
        async for frame in upstream:
            await send(_frame(frame))
    except ConnectionClosed:
        return


def _frame(content: str | bytes) -> Message:
    kind = "text" if isinstance(content, str) else "bytes"
    return {"type": "websocket.send", kind: content}


def _sendable(code: int | None) -> int:
    if code == NO_STATUS:
        return NORMAL
    return BROKEN if code is None or code in UNSENDABLE else code


async def _pass_refusal_on(refusal: Response, scope: Scope, send: Send) -> None:
    content_type = refusal.headers.get("content-type", "text/plain; charset=utf-8")
    await answer(scope, send, refusal.status_code, bytes(refusal.body or b""), content_type)
