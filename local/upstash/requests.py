"""Reads the commands of a Redis REST request from its body or path."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from local.upstash.resp import Command

MAX_BYTES = 10 * 1024 * 1024  # bytes of a request and of an answer; the vendor's limit

# REST has no connection on which to block, watch or subscribe, and the server is managed by the
# vendor.
UNAVAILABLE = frozenset(
    b"AUTH HELLO SELECT QUIT RESET CLIENT READONLY READWRITE ASKING "
    b"MULTI EXEC DISCARD WATCH UNWATCH "
    b"SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR "
    b"BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF "
    b"CONFIG DEBUG SHUTDOWN SAVE BGSAVE BGREWRITEAOF REPLICAOF SLAVEOF FAILOVER SYNC PSYNC "
    b"REPLCONF CLUSTER MODULE MIGRATE SWAPDB LATENCY SLOWLOG COMMANDLOG LOLWUT".split()
)
MAY_BLOCK = frozenset({b"XREAD", b"XREADGROUP"})


class Malformed(Exception):
    """The request is not a valid command; the text is for the client."""


def command_in_body(body: bytes) -> Command:
    """Read `["SET", "key", "value"]`. Raises Malformed."""
    return _command(_json(body))


def commands_in_body(body: bytes) -> list[Command]:
    """Read `[["SET", "key", "value"], ["GET", "key"]]`. Raises Malformed."""
    rows = _json(body)
    if not isinstance(rows, list) or not rows:
        raise Malformed("ERR failed to parse pipeline request: expected an array of commands")
    return [_command(row) for row in rows]


def command_in_path(raw_path: bytes, query: bytes, body: bytes) -> Command:
    """Read `/set/key/value`, or `/set/key?EX=100` with the value in the body, before the query's
    words.

    Raises Malformed.
    """
    words = [unquote_to_bytes(word) for word in raw_path.strip(b"/").split(b"/")]
    if not words[0]:
        raise Malformed("ERR empty command")
    if body:
        words.append(body)
    pairs = parse_qsl(query, keep_blank_values=True)
    options = [word for name, value in pairs if name != b"_token" for word in (name, value) if word]
    return [*words, *options]


def refusal(command: Command) -> str | None:
    """Return why the command cannot run over REST, in the vendor's words; None if it can."""
    name = command[0].upper()
    if name in UNAVAILABLE:
        return unavailable(command[0])
    if name in MAY_BLOCK and b"BLOCK" in _options(command):
        return unavailable(command[0] + b" BLOCK")
    return None


def unavailable(name: bytes) -> str:
    """Return the vendor's error for a command that is not available or does not exist."""
    shown = name.decode(errors="replace").upper()
    guide = "https://upstash.com/docs/redis/overall/rediscompatibility"
    return f"ERR Command is not available: '{shown}'. See {guide} for details"


def _options(command: Command) -> list[bytes]:
    """Return the words before the names of the streams."""
    words = [word.upper() for word in command]
    return words[: words.index(b"STREAMS")] if b"STREAMS" in words else words


def _json(body: bytes) -> Any:
    try:
        # Numbers stay text as received: 1.10 is not 1.1 to Redis.
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as unreadable:
        raise Malformed(f"ERR failed to parse request: {unreadable}") from unreadable


def _refuse_constant(name: str) -> str:
    raise ValueError(f"{name} is not JSON")


def _command(row: object) -> Command:
    if not isinstance(row, list) or not row:
        raise Malformed("ERR failed to parse command: expected a non-empty array")
    return [_word(word) for word in row]


def _word(word: object) -> bytes:
    if isinstance(word, bool):
        return b"true" if word else b"false"
    if not isinstance(word, str):
        raise Malformed("ERR failed to parse command: an argument is a string or a number")
    try:
        return word.encode()
    except UnicodeEncodeError as lone:
        raise Malformed(f"ERR failed to parse command: {lone.reason}") from lone
