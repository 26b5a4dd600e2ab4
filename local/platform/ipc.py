"""Messages that the runtime sends over its unix socket: JSON objects, each terminated by a NUL."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerStarted:
    """The function takes requests. `user_init_ms` is the part that its own imports took."""

    port: int
    init_ms: int
    user_init_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HandlerReturned:
    """The app has returned from this invocation. For a WebSocket: the app has accepted it."""

    invocation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    text: str


type RuntimeMessage = ServerStarted | HandlerReturned | Printed


def message_in(frame: bytes) -> RuntimeMessage | None:
    """Read a message; None for kinds that we do not use.

    Those are `handler-started`, the metrics of outgoing requests, and fatal errors, which also come
    over stderr.
    """
    message = json.loads(frame)
    payload = message.get("payload", {})
    match message["type"]:
        case "server-started":
            return ServerStarted(
                port=payload["httpPort"],
                init_ms=payload["initDuration"],
                user_init_ms=payload["userInitDuration"],
            )
        case "end":
            return HandlerReturned(invocation=payload["context"]["invocationId"])
        case "log":
            return Printed(text=base64.b64decode(payload["message"]).decode(errors="replace"))
        case _:
            return None


class IpcProtocol(asyncio.Protocol):
    """Splits the stream into messages of any length: the runtime blocks until they are read."""

    def __init__(self, on_message: Callable[[RuntimeMessage], None]) -> None:
        self._on_message = on_message
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *frames, self._rest = (self._rest + data).split(b"\0")
        for frame in frames:
            message = message_in(frame)
            if message is not None:
                self._on_message(message)
