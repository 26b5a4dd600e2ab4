"""The HTTP edge: an ASGI app of a few handlers, with every error an answer that a caller can use.

Errors are problem details (RFC 9457). No trace, no secret and no word of a user's stands in a
response or a log.
"""

import hashlib
import json
import logging
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.codec import Json, dumps
from brain.errors import (
    QuestionClosed,
    SettingMissing,
    SignatureRefused,
    TokenRefused,
    TooManyTexts,
    Unreachable,
    WebhookUnreadable,
)

MAX_BODY_BYTES = 256 * 1024
MAX_SEQ = 2**53 - 1  # the largest whole number that JavaScript counts exactly
RETRY_AFTER_S = 2  # seconds for a caller whom a service's outage sends away

type Handler[W] = Callable[[Request, W], Awaitable[ASGIApp]]
type SocketHandler[W] = Callable[[Scope, Receive, Send, W], Awaitable[None]]

log = logging.getLogger("brain")


class Problem(Exception):
    """An answer that is an error: raised by handlers, sent as problem+json."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        detail: str = "",
        errors: list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def to_wire(self) -> Json:
        """The problem as the contract has it."""
        wire: Json = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.detail:
            wire["detail"] = self.detail
        if self.errors is not None:
            wire["errors"] = self.errors
        return wire


class Answer(JSONResponse):
    """JSON that nobody may keep."""

    def __init__(self, content: Any, status_code: int = 200, **options: Any) -> None:
        super().__init__(content, status_code, **options)
        self.headers["Cache-Control"] = "no-store"

    def render(self, content: Any) -> bytes:
        return dumps(content).encode()


def endpoint[W](
    handlers: Mapping[str, Handler[W]], wiring: W, *, socket: SocketHandler[W] | None = None
) -> ASGIApp:
    """The ASGI app of one function: a handler a method, each handed the instance's services, and
    one for WebSockets where it takes them.
    """
    logging.basicConfig(format="%(levelname)s %(message)s")
    # Libraries speak up from WARNING on: httpx's line a request would show the signature in it.
    logging.getLogger().setLevel(logging.WARNING)
    log.setLevel(logging.INFO)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive, send)
            await (await _answer(request, handlers, wiring))(scope, receive, send)
        elif socket is not None:
            await socket(scope, receive, send, wiring)
        else:
            await send({"type": "websocket.close", "code": 1008})

    return app


def by_name[W](handlers: Mapping[str, Mapping[str, Handler[W]]], wiring: W) -> ASGIApp:
    """The ASGI app of a function that rewrites give several names: handlers by the last part of
    the path, which stays as the client asked for it; the first for any other.
    """
    apps = {name: endpoint(of_name, wiring) for name, of_name in handlers.items()}
    first = next(iter(apps.values()))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        name = str(scope.get("path", "")).rpartition("/")[2]
        await apps.get(name, first)(scope, receive, send)

    return app


async def read_json(request: Request, *, limit: int = MAX_BODY_BYTES) -> Any:
    """The JSON body. Raises Problem 413, 415, 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_body(request, limit=limit)
    if kind != "application/json":
        raise Problem(415, "The body must be application/json.")
    return parse_json(body)


def parse_json(body: bytes) -> Any:
    """What the body says. Raises Problem 400."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None


async def read_body(request: Request, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body as it came. Raises Problem 413 as soon as it is too long, `limit` in bytes."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise Problem(413, f"The body is longer than {limit // 1024} KiB.")
    return body


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """A number of the query string. Raises Problem 422."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and low <= int(text[:18]) <= high and len(text) < 18:
        return int(text)
    said = f"must be a whole number from {low} to {high}"
    raise Problem(422, "The query is not right.", errors=[{"field": name, "message": said}])


def tagged(request: Request, content: Json, *, beside: BackgroundTask | None = None) -> Response:
    """JSON with its ETag, or 304 to a caller who has it already. `beside` is done after it."""
    answer = Answer(content, background=beside)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known or f"W/{tag}" in known or "*" in known:
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        return Response(status_code=304, headers=headers, background=beside)
    answer.headers["ETag"] = tag
    return answer


def invocation_seconds() -> float | None:
    """How long this invocation may still last; None where the platform does not tell."""
    try:
        from vercel_runtime import get_deadline
    except ImportError:  # another host
        return None
    deadline = get_deadline()
    if deadline is None:
        return None
    return float((deadline - datetime.now(UTC)).total_seconds())


async def _answer[W](request: Request, handlers: Mapping[str, Handler[W]], wiring: W) -> ASGIApp:
    handler = handlers.get(request.method)
    try:
        if handler is None:
            allowed = ", ".join(handlers)
            raise Problem(405, f"Only {allowed} here.", headers={"Allow": allowed})
        return await handler(request, wiring)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # noqa: BLE001 - the edge of the function: a bug becomes a plain 500
        problem = problem_of(error)
        if problem.status >= 500:
            log.error("answer: %d, path=%s %s", problem.status, request.url.path, where(error))
        return _response(problem)


def problem_of(error: Exception) -> Problem:
    """What a caller is told of an error."""
    match error:
        case Problem():
            return error
        case TokenRefused() | SignatureRefused():
            challenge = {"WWW-Authenticate": "Bearer"}
            return Problem(401, "Not allowed.", detail=str(error), headers=challenge)
        case WebhookUnreadable():
            return Problem(422, "The body does not fit the schema.", detail=str(error))
        case QuestionClosed(state="unknown"):
            return Problem(404, "There is no such question.")
        case QuestionClosed():
            return Problem(409, "The question takes no decision any more.", detail=error.state)
        case TooManyTexts():
            wait = {"Retry-After": str(math.ceil(error.retry_after_s))}
            return Problem(429, "Too many texts in a short time.", headers=wait)
        case Unreachable():
            wait = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem(503, "A service cannot be reached. Try again.", headers=wait)
        case SettingMissing():
            return Problem(500, "This deployment is not fully set up.", detail=str(error))
        case _:
            return Problem(500, "Something went wrong.")


def where(error: BaseException) -> str:
    """An error's type and place, without its text, which may hold a user's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _response(problem: Problem) -> Response:
    return Answer(
        problem.to_wire(),
        problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


async def _live(receive: Receive, send: Send) -> None:
    """There is nothing to start: everything is made when first used."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
