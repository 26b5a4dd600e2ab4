"""The HTTP edge: builds an ASGI app from handlers and turns every error into a useful response.

Errors are problem details (RFC 9457). No response or log has a stack trace, a secret or user text.
"""

import hashlib
import logging
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.codec import Json, NotJson, NotUsable, decoded, dumps
from brain.errors import (
    DatabaseRefused,
    QuestionClosed,
    SettingMissing,
    SignatureRefused,
    StoreRefused,
    TokenRefused,
    TooManyTexts,
    TooManyTries,
    Unreachable,
    WebhookUnreadable,
)
from brain.http.crossing import allowed_in, for_origin, is_preflight, preflight, without_body
from brain.http.lifespan import invocation_seconds as invocation_seconds
from brain.http.lifespan import live_on
from brain.settings.fixes import with_fix
from brain.settings.logged import begin_log, logged, plain_path

MAX_BODY_BYTES = 256 * 1024
MAX_SEQ = 2**53 - 1  # the largest integer that JavaScript represents exactly
INVALID_BODY = "Invalid request body."
WRONG = "Something went wrong."
NOT_SET_UP = "This deployment is not fully set up."
INVALID_QUERY = "Invalid query parameters."
RETRY_AFTER_S = 2  # seconds; sent as Retry-After when a service is unreachable
USED_UP_S = 3600  # seconds; the same when the limit of its plan is used up

type Handler[W] = Callable[[Request, W], Awaitable[ASGIApp]]
type SocketHandler[W] = Callable[[Scope, Receive, Send, W], Awaitable[None]]

log = logging.getLogger("brain")


class Problem(Exception):
    """An error response: handlers raise it, the edge sends it as problem+json."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        detail: str = "",
        errors: list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
        more: Json | None = None,
    ) -> None:
        """`more` are additional fields of the response."""
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.more = more or {}

    def to_wire(self) -> Json:
        """Return the problem in the wire format of the contract."""
        wire: Json = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.detail:
            wire["detail"] = self.detail
        if self.errors is not None:
            wire["errors"] = self.errors
        return {**wire, **self.more}


class Answer(JSONResponse):
    """A JSON response that must not be cached."""

    def __init__(self, content: Any, status_code: int = 200, **options: Any) -> None:
        super().__init__(content, status_code, **options)
        self.headers["Cache-Control"] = "no-store"

    def render(self, content: Any) -> bytes:
        return dumps(content).encode()


def endpoint[W](
    handlers: Mapping[str, Handler[W]],
    wiring: W,
    *,
    socket: SocketHandler[W] | None = None,
    for_pages: bool = True,
) -> ASGIApp:
    """Build the ASGI app of one function: a handler per HTTP method, and optionally one for
    WebSockets. Each handler receives `wiring`. `for_pages`: pages of allowed origins may call it.
    """
    begin_log()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live_on(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive, send)
            answer = await _answer(request, handlers, wiring, for_pages=for_pages)
            await answer(scope, receive, send)
        elif socket is not None:
            await socket(scope, receive, send, wiring)
        else:
            await send({"type": "websocket.close", "code": 1008})

    return logged(app)


async def read_json(request: Request, *, limit: int = MAX_BODY_BYTES) -> Any:
    """Read and parse the JSON body. Raises Problem 413, 415 or 400; `limit` is in bytes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_body(request, limit=limit)
    if kind != "application/json":
        raise Problem(415, "The body must be application/json.")
    return parse_json(body)


def parse_json(body: bytes | str) -> Any:
    """Parse a JSON body. Raises Problem 400 if it is not JSON, 422 if it cannot be used."""
    try:
        return decoded(body)
    except NotJson:
        raise Problem(400, "The body is not valid JSON.") from None
    except NotUsable as refused:
        fault: Json = {"field": "body", "message": str(refused)}
        raise Problem(422, INVALID_BODY, errors=[fault]) from None


async def read_body(request: Request, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """Read the raw body. Raises Problem 413 as soon as it exceeds `limit` bytes."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise Problem(413, f"The body is longer than {limit // 1024} KiB.")
    return bytes(body)


def tagged(request: Request, content: Json, *, beside: BackgroundTask | None = None) -> Response:
    """Return JSON with an ETag, or 304 if the caller has this version. `beside` runs afterwards."""
    answer = Answer(content, background=beside)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known or f"W/{tag}" in known or "*" in known:
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        return Response(status_code=304, headers=headers, background=beside)
    answer.headers["ETag"] = tag
    return answer


async def _answer[W](
    request: Request, handlers: Mapping[str, Handler[W]], wiring: W, *, for_pages: bool
) -> ASGIApp:
    """Return the response, with the headers for the page that asks if its origin is allowed."""
    try:
        origin = allowed_in(wiring, request.headers.get("origin")) if for_pages else None
    except SettingMissing as error:
        return _response(problem_of(error))
    if origin is not None and is_preflight(request.method, request.headers):
        return preflight(origin, handlers)
    answer = await _handled(request, handlers, wiring)
    answer = without_body(answer) if request.method == "HEAD" else answer
    return answer if origin is None else for_origin(answer, origin)


async def _handled[W](request: Request, handlers: Mapping[str, Handler[W]], wiring: W) -> ASGIApp:
    method = "GET" if request.method == "HEAD" else request.method
    handler = handlers.get(method)
    try:
        if handler is None:
            allowed = ", ".join(handlers)
            raise Problem(405, "Method not allowed.", headers={"Allow": allowed})
        return await handler(request, wiring)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # noqa: BLE001 - the edge of the function: a bug becomes a plain 500
        problem = problem_of(error)
        if problem.status >= 500:
            facts = (problem.status, plain_path(request.url.path), where(error))
            log.error("answer.failed: status=%d path=%s error=%s", *facts)
        return _response(problem)


def problem_of(error: Exception) -> Problem:
    """Translate an error to the problem that the caller receives."""
    match error:
        case Problem():
            return error
        case TokenRefused() | SignatureRefused():
            log.warning("auth.refused: reason=%s", error)
            challenge = {"WWW-Authenticate": "Bearer"}
            return Problem(401, "Authentication failed.", detail=str(error), headers=challenge)
        case WebhookUnreadable():
            return Problem(422, INVALID_BODY, detail=str(error))
        case QuestionClosed():
            return _closed(error)
        case TooManyTexts() | TooManyTries():
            wait = {"Retry-After": str(math.ceil(error.retry_after_s))}
            what = "messages" if isinstance(error, TooManyTexts) else "wrong keys"
            return Problem(429, f"Too many {what}. Try again later.", headers=wait)
        case Unreachable() if not isinstance(error, StoreRefused | DatabaseRefused):
            wait = {"Retry-After": str(USED_UP_S if error.used_up else RETRY_AFTER_S)}
            title = error.used_up or "A service cannot be reached. Try again."
            return Problem(503, title, headers=wait)
        case SettingMissing():
            return not_set_up(error)
        case _:
            return Problem(500, WRONG)


def not_set_up(error: SettingMissing, *, status: int = 500) -> Problem:
    """Return the problem that names the setting, and log it."""
    variable = str(error).partition(" ")[0]
    log.error("setting.invalid: %s", error, extra={"variable": variable})
    return Problem(status, NOT_SET_UP, detail=with_fix(error))


def _closed(error: QuestionClosed) -> Problem:
    if error.state == "unknown":
        return Problem(404, "Question not found.")
    if error.state == "newer":
        return Problem(409, "This question was asked by a newer version.")
    return Problem(409, "The question is already closed.", detail=error.state)


def where(error: BaseException) -> str:
    """Return an error's type and location. Its text is left out: it may contain a user's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _response(problem: Problem) -> Response:
    kind = "application/problem+json"
    return Answer(problem.to_wire(), problem.status, headers=problem.headers, media_type=kind)
