"""HTTP requests to the deployment. Each has a time limit, and each answer a bound."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
from msgspec import Struct

from brain.check.model import Broken
from brain.codec import Json

CALL_S = 30.0  # seconds for one request; one that waits for an answer of the model has its own
MOST_BYTES = 8 * 1024 * 1024  # of one answer; the OpenAPI document is the longest
NO_BODY = (204, 304)
TRIES = 3  # of a request that is answered with 503
SOON_S = 5  # seconds of Retry-After that a check waits


class HttpAnswer(Struct, frozen=True, kw_only=True):
    """An answer of the deployment."""

    method: str
    path: str
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """Return the JSON of the body. Raises Broken."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Broken(f"{self.what}, and its body is not JSON") from None

    def object(self) -> Json:
        """Return the JSON object of the body. Raises Broken."""
        found = self.json()
        if not isinstance(found, dict):
            raise Broken(f"{self.what}, and its body is not an object")
        return found

    @property
    def kind(self) -> str:
        """The media type, without parameters."""
        named: str = self.headers.get("content-type", "")
        return named.partition(";")[0].strip().lower()

    @property
    def what(self) -> str:
        """What was asked, and the status, for a report."""
        return f"{self.method} {self.path} answered {self.status}"


class ReadEvent(Struct, frozen=True, kw_only=True):
    """An event of a stream; `id` is empty if it has none."""

    name: str
    id: str
    data: Any


class HttpCalls:
    """Sends requests. `saw` gets each answer, but for those of streams."""

    def __init__(
        self, url: str, *, saw: Callable[[HttpAnswer], None], call_s: float = CALL_S
    ) -> None:
        """`call_s` is the time limit of a request, in seconds."""
        self.url = url.rstrip("/")
        self.call_s = call_s
        self.tried_again = 0
        self._saw = saw
        self._http = httpx.AsyncClient(base_url=self.url, timeout=call_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit_s: float | None = None,
    ) -> HttpAnswer:
        """Send a request and return its answer. Raises Broken if no answer comes in time.

        `body` is sent as JSON, `content` as it is. An answer that asks to try again soon (503) has
        accepted nothing, so it is sent again.
        """
        limit = limit_s or self.call_s
        for _ in range(TRIES - 1):
            answer = await self._send(method, path, token, body, content, headers, limit)
            pause = answer.headers.get("retry-after", "")
            if answer.status != 503 or not pause.isdecimal() or int(pause) > SOON_S:
                return answer
            self.tried_again += 1
            await asyncio.sleep(int(pause))
        return await self._send(method, path, token, body, content, headers, limit)

    async def _send(
        self,
        method: str,
        path: str,
        token: str | None,
        body: Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        limit: float,
    ) -> HttpAnswer:
        sent = {**_bearer(token), **(headers or {})}
        try:
            async with (
                asyncio.timeout(limit),
                self._http.stream(
                    method, path, json=body, content=content, headers=sent, timeout=limit
                ) as got,
            ):
                raw = await _whole(got)
        except (TimeoutError, httpx.TimeoutException):
            raise Broken(f"{method} {path} had no answer in {limit:g} s") from None
        except httpx.HTTPError as error:
            raise Broken(f"{method} {path} failed: {type(error).__name__}") from None
        plain = path.partition("?")[0]
        answer = HttpAnswer(
            method=method, path=plain, status=got.status_code, headers=got.headers, body=raw
        )
        self._saw(answer)
        return answer

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, *, token: str, limit_s: float, body: Any = None
    ) -> AsyncIterator[AsyncGenerator[ReadEvent, None]]:
        """Open an event stream and give its events. Raises Broken."""
        headers = {**_bearer(token), "Accept": "text/event-stream"}
        plain = path.partition("?")[0]
        try:
            async with (
                asyncio.timeout(limit_s),
                self._http.stream(method, path, json=body, headers=headers, timeout=limit_s) as got,
            ):
                kind = got.headers.get("content-type", "").partition(";")[0]
                if got.status_code != 200 or kind != "text/event-stream":
                    raise Broken(f"{method} {plain} answered {got.status_code} with {kind or '?'}")
                events = _events(got)
                yield events
                await events.aclose()
        except (TimeoutError, httpx.TimeoutException):
            raise Broken(f"the stream of {plain} brought not enough in {limit_s:g} s") from None
        except httpx.HTTPError as error:
            raise Broken(f"the stream of {plain} broke: {type(error).__name__}") from None


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


async def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise Broken(f"an answer had more than {MOST_BYTES} bytes")
    return bytes(body)


async def _events(response: httpx.Response) -> AsyncGenerator[ReadEvent, None]:
    """Yield the events of a stream as they come; comments are passed over."""
    rest, taken = "", 0
    async for text in response.aiter_text():
        taken += len(text)
        if taken > MOST_BYTES:
            raise Broken(f"a stream had more than {MOST_BYTES} characters")
        *frames, rest = (rest + text.replace("\r\n", "\n")).split("\n\n")
        for frame in frames:
            if (event := _event(frame)) is not None:
                yield event


def _event(frame: str) -> ReadEvent | None:
    """Read one event. Raises Broken if its data is not JSON."""
    fields: dict[str, str] = {}
    for line in frame.split("\n"):
        name, _, value = line.partition(":")
        if name:
            fields[name] = fields.get(name, "") + value.removeprefix(" ")
    if "data" not in fields:
        return None
    try:
        data = json.loads(fields["data"])
    except ValueError:
        raise Broken("an event of a stream has data that is not JSON") from None
    return ReadEvent(name=fields.get("event", ""), id=fields.get("id", ""), data=data)


def milliseconds_since(began: float) -> int:
    """Return how long ago a moment of the monotonic clock was."""
    return round((time.monotonic() - began) * 1000)
