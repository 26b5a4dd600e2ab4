"""Writes the engine's replies as the results of the REST API."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from local.upstash.requests import unavailable
from local.upstash.resp import Command, RedisError, Reply, Status
from local.upstash.scripts import loaded_digest

type Text = Callable[[bytes], str]  # how a stored string is encoded in JSON


def in_base64(value: bytes) -> str:
    return b64encode(value).decode()


def plain(value: bytes) -> str:
    return value.decode(errors="replace")  # as the vendor does for bytes that are not UTF-8


def result_of(command: Command, reply: Reply, text: Text) -> dict[str, Any]:
    """Return the answer to a command: its result or its error."""
    if isinstance(reply, RedisError):
        return {"error": error_of(command, reply)}
    digest = loaded_digest(command)
    return {"result": _written(reply if digest is None else digest, text)}


def error_of(command: Command, reply: RedisError) -> str:
    """Return the error in the vendor's words."""
    return unavailable(command[0]) if reply.text.startswith("ERR unknown command") else reply.text


def _written(reply: Reply, text: Text) -> Any:
    match reply:
        case bytes():
            return text(reply)
        case list():
            return [_written(part, text) for part in reply]
        case Status(text=status):
            return status if status == "OK" else text(status.encode())
        case RedisError(text=error):
            return text(error.encode())
        case _:
            return reply
