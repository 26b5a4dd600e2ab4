"""Upstash's Redis REST API in front of our own Redis: a command, a batch or a subscription per
request.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from local.upstash.control import ControlRoutes
from local.upstash.counts import Counts
from local.upstash.requests import (
    MAX_BYTES,
    Malformed,
    command_in_body,
    command_in_path,
    commands_in_body,
    refusal,
)
from local.upstash.resp import Command, EngineGone, Pool, RedisError, Reply
from local.upstash.results import Text, error_of, in_base64, plain, result_of
from local.upstash.scripts import Scripts
from local.upstash.subscriptions import EventStream, Refused, Subscriptions, is_subscription

METHODS = ["GET", "HEAD", "POST", "PUT"]
NO_ACCESS = (
    "WRONGPASS invalid or missing auth token."
    " See https://docs.upstash.com/redis/troubleshooting/http_unauthorized for details."
)

type Answer = tuple[int, Any]  # the status, and the content of the body


def upstash_app(socket: Path, *, token: str) -> Starlette:
    """Return the API as an ASGI app, backed by the Redis at this unix socket."""
    engine = Pool(socket)
    counts, subscriptions, scripts = Counts(), Subscriptions(socket), Scripts()
    api = RedisRest(engine, subscriptions, counts, scripts, token=token)
    control = ControlRoutes(engine, counts, subscriptions, scripts)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        engine.close()

    routes = [
        Mount("/_local", routes=control.routes()),
        Route("/{path:path}", api.serve, methods=METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class RedisRest:
    def __init__(
        self,
        engine: Pool,
        subscriptions: Subscriptions,
        counts: Counts,
        scripts: Scripts,
        *,
        token: str,
    ) -> None:
        self._engine = engine
        self._subscriptions = subscriptions
        self._token = token.encode()
        self._scripts = scripts
        self._counts = counts

    async def serve(self, request: Request) -> Response | EventStream:
        body, size = await _read(request)
        answered = await self._answer(request, body, size)
        if isinstance(answered, EventStream):
            self._counts.add(bytes_in=size, bytes_out=0)
            return answered
        status, answer = answered
        content = _dumped(answer)
        if len(content) > MAX_BYTES:
            status, content = 400, _dumped({"error": _too_large(len(content))})
        self._counts.add(bytes_in=size, bytes_out=len(content))
        return _json_response(status, content)

    async def _answer(self, request: Request, body: bytes, size: int) -> Answer | EventStream:
        if not self._is_authorized(request):
            return 401, {"error": NO_ACCESS}
        if size > MAX_BYTES:
            return 413, {"error": _too_large(size)}
        try:
            return await self._run(request, body, _encoding(request))
        except (Malformed, Refused) as refused:
            return 400, {"error": str(refused)}
        except EngineGone as gone:
            return 500, {"error": f"ERR the database cannot be reached: {gone}"}

    def _is_authorized(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            token = dict(parse_qsl(request.url.query)).get("_token", "")
        return hmac.compare_digest(token.encode(), self._token)

    async def _run(self, request: Request, body: bytes, text: Text) -> Answer | EventStream:
        path = request.scope["path"]
        if path == "/pipeline":
            return await self._pipeline(commands_in_body(body), text)
        if path == "/multi-exec":
            return await self._transaction(commands_in_body(body), text)
        if path == "/":
            command = command_in_body(body)
        else:
            raw_path, query = request.scope["raw_path"], request.scope["query_string"]
            # The body of a subscription is not a channel: the vendor's SDK sends an empty array
            # there.
            is_stream = is_subscription(request)
            command = command_in_path(raw_path, query, b"" if is_stream else body)
            if is_stream:
                return await self._subscriptions.open(command, sent=self._counts.add_streamed)
        [answer] = await self._each([command], self._engine.call_all, text)
        return (400 if "error" in answer else 200), answer

    async def _pipeline(self, commands: list[Command], text: Text) -> Answer:
        return 200, await self._each(commands, self._engine.call_all, text)

    async def _transaction(self, commands: list[Command], text: Text) -> Answer:
        refused = next(filter(None, map(refusal, commands)), None)
        if refused is not None:
            return 400, {"error": refused}
        try:
            return 200, await self._each(commands, self._exec, text)
        except Discarded as discarded:
            return 400, {"error": str(discarded)}

    async def _exec(self, commands: Sequence[Command]) -> list[Reply]:
        """Run all commands as one transaction. Raises Discarded, EngineGone."""
        replies = await self._engine.call_all([[b"MULTI"], *commands, [b"EXEC"]])
        done = replies[-1]
        if isinstance(done, list):
            return done
        answered = zip([*commands, [b"EXEC"]], replies[1:], strict=True)
        why = next(
            error_of(command, reply) for command, reply in answered if isinstance(reply, RedisError)
        )
        raise Discarded(why)

    async def _each(
        self,
        commands: Sequence[Command],
        run: Callable[[Sequence[Command]], Awaitable[list[Reply]]],
        text: Text,
    ) -> list[dict[str, Any]]:
        """Run the permitted commands together, and return one answer per command."""
        refusals = [refusal(command) for command in commands]
        allowed = [
            self._scripts.translated(command)
            for command, refused in zip(commands, refusals, strict=True)
            if refused is None
        ]
        replies = iter(await run(allowed) if allowed else [])
        return [
            {"error": refused} if refused else result_of(command, next(replies), text)
            for command, refused in zip(commands, refusals, strict=True)
        ]


class Discarded(Exception):
    """No command of a transaction ran; the text is the first command's error."""


async def _read(request: Request) -> tuple[bytes, int]:
    """Return the body and its size. Beyond the limit the body is counted but not kept."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_BYTES:
            parts.append(part)
    return b"".join(parts), size


def _encoding(request: Request) -> Text:
    return in_base64 if request.headers.get("upstash-encoding") == "base64" else plain


def _too_large(size: int) -> str:
    return f"ERR max request size exceeded. Limit: {MAX_BYTES} bytes, Actual: {size} bytes"


def _dumped(answer: object) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _json_response(status: int, content: bytes) -> Response:
    return Response(content, status, media_type="application/json")
