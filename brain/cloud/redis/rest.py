"""Upstash's REST API, as the vendor's SDK speaks it, over kept connections.

The SDK defines the form of requests and answers (`upstash_redis/http.py`), and contract tests
compare both. It is not imported for the commands of a turn: it takes 0.1 s to import, and its HTTP
client three times the CPU time for a request.
"""

from binascii import a2b_base64
from collections.abc import Sequence
from typing import Any

from msgspec import DecodeError
from msgspec.json import Decoder, Encoder

from brain.cloud.http import HttpClient, whole

MOST_BYTES = 16 * 1024 * 1024  # of an answer; the vendor's limit is 10 MB, in base64 a third more
MOST_TOKEN_CHARS = 2_048  # of a sync token
SYNC_TOKEN = "Upstash-Sync-Token"  # with it, a read sees the writes of this client before it

# Commands whose answers the SDK returns as they are. It converts those of others.
PLAIN = frozenset(
    {"DEL", "EVAL", "EVALSHA", "EXISTS", "GET", "HDEL", "HGET", "HKEYS", "HMGET", "HSET"}
    | {"INFO", "LRANGE", "PING", "PTTL", "PUBLISH", "RPUSH", "TYPE", "XADD"}
)


# They take a third of the time of the standard library's, and refuse what is no text.
_encode, _decode = Encoder().encode, Decoder().decode


class CommandRefused(Exception):
    """The store answered with an error. Its text may quote the command."""


class RestClient:
    """Sends commands once each. The caller limits the time, and how many are sent at once."""

    def __init__(self, url: str, token: str, *, at_once: int) -> None:
        self._http = HttpClient(url, at_most=at_once)
        self._headers = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Upstash-Encoding": "base64",
            "User-Agent": "second-brain",
        }
        self._sync_token = ""

    async def send(self, command: Sequence[str | int]) -> Any:
        """Send a command, and return its answer.

        Raises CommandRefused; aiohttp.ClientError, TimeoutError and OSError without an answer; and
        errors of SHAPE_ERRORS for one that is not the store's.
        """
        return _result(command, await self._post("", command))

    async def send_all(self, commands: Sequence[Sequence[str | int]]) -> list[Any]:
        """Send independent commands in one request. Raises like `send`."""
        answers = await self._post("/pipeline", commands)
        if isinstance(answers, dict) and answers.get("error"):
            raise CommandRefused(answers["error"])
        if len(answers) != len(commands):
            raise ValueError("a gateway's answer, not the store's")
        return [_result(*each) for each in zip(commands, answers, strict=True)]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, path: str, content: Sequence[object]) -> Any:
        body = _encode(content)
        headers = {**self._headers, SYNC_TOKEN: self._sync_token}
        async with self._http.post(path, body, headers) as response:
            self._sync_token = _sendable(response.headers.get(SYNC_TOKEN)) or self._sync_token
            return _decode(await whole(response, MOST_BYTES))


# Raised for an answer that has another structure than the store's, such as a gateway's page.
SHAPE_ERRORS = (AttributeError, DecodeError, KeyError, TypeError, ValueError, RecursionError)


def _sendable(token: str | None) -> str:
    """Return a token that can be sent back; empty for one that would make each request fail."""
    if token and len(token) <= MOST_TOKEN_CHARS and token.isascii() and token.isprintable():
        return token
    return ""


def _result(command: Sequence[str | int], answer: Any) -> Any:
    if error := answer.get("error"):
        raise CommandRefused(error)
    result = decoded(answer["result"])
    if command[0] in PLAIN:
        return result
    from upstash_redis.format import cast_response

    return cast_response([str(word) for word in command], result, None)


def decoded(raw: Any) -> Any:
    """Decode a result: strings but the status `OK` are in base64. Raises CommandRefused."""
    if isinstance(raw, str):
        return raw if raw == "OK" else a2b_base64(raw).decode()
    if raw is None or isinstance(raw, int):
        return raw
    if isinstance(raw, list):
        return [decoded(each) for each in raw]
    raise CommandRefused("a result of an unknown type")
