"""One log line for each request, and the facts that all lines of a request have."""

import logging
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brain.settings import environment, logs

REQUEST_ID = b"x-vercel-id"  # the platform's id of a request
MOST_PARTS = 6  # of a path in the log
_PLAIN = re.compile(r"[A-Za-z][A-Za-z.-]{0,23}|v\d")  # what is no id, no token and nobody's words

log = logging.getLogger("brain")


def begin_log() -> None:
    """Set up the log as the environment says."""
    logs.begin(environment())


def logged(app: ASGIApp) -> ASGIApp:
    """Return the app of a function, which logs each request when it has ended."""
    name = logs.function_name()

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        found = [value for key, value in scope.get("headers", ()) if key.lower() == REQUEST_ID]
        logs.enter(name, found[0].decode("latin-1") if found else "")
        began, statuses = time.monotonic(), [101 if scope["type"] == "websocket" else 0]

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses[0] = message["status"]
            await send(message)

        try:
            await app(scope, receive, noted)
        finally:
            _tell(scope, statuses[0], round((time.monotonic() - began) * 1000))

    return outer


def _tell(scope: Scope, status: int, ms: int) -> None:
    if logs.is_json():
        method, path = str(scope.get("method", "GET")), plain_path(str(scope.get("path", "")))
        log.info("request, method=%s path=%s status=%d ms=%d", method, path, status, ms)


def plain_path(path: str) -> str:
    """Return a path for the log: `*` stands for a part that may be an id or a user's words."""
    parts = path.split("/")[1 : MOST_PARTS + 1]
    return "/" + "/".join(part if _PLAIN.fullmatch(part) else "*" for part in parts)
