"""The gateway in front of page and functions: an ASGI app that routes as the platform does.

    rules = read_rules(root / "vercel.json")
    app = Gateway(public=root / "public", functions=functions, rules=rules)

Files of `public/` and functions come first, then the rewrites, then 404. After a rewrite, the
function sees the path that the client requested. `here` maps a path to an app that exists only
locally.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.gateway.files import find, send_file
from local.gateway.rules import Rules
from local.platform import Functions
from local.platform.answers import plain, problem
from local.platform.wire import BodyTooLarge, Headers

BODY_LIMIT_BYTES = 4_500_000  # bytes; the platform's 4.5 MB for a request
REGION = "dev1"
API = "/api/"
TOO_LARGE = "The request body is larger than 4.5 MB."

# The platform sets these headers; a client's values for them never reach a function.
OURS = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"x-vercel-forwarded-for",
        b"x-vercel-id",
    }
)


class Gateway:
    def __init__(
        self,
        *,
        public: Path,
        functions: Functions,
        rules: Rules,
        here: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self._here = here or {}
        self._public = public
        self._functions = functions
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request_id = f"{REGION}::{uuid.uuid4().hex}"
        extra = [*self._rules.headers_for(scope["path"]), (b"x-vercel-id", request_id.encode())]

        async def send_with_headers(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                message["headers"] = _completed(message["headers"], extra)
            await send(message)

        await self._route(_forwarded(scope, request_id), receive, send_with_headers)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if (app := self._here.get(path)) is not None:
            await app(scope, receive, send)
            return
        if await self._found(path, scope, receive, send):
            return
        target = self._rules.rewritten(path)
        if target:
            query = b"&".join(filter(None, [scope["query_string"], target.query.encode()]))
            if await self._found(target.path, {**scope, "query_string": query}, receive, send):
                return
        if path.startswith(API):
            await problem(scope, send, 404, "Route not found.")
        else:
            await plain(scope, send, 404, "Page not found.")

    async def _found(self, path: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer with the function or file that the path names. Returns False, without an answer,
        if none exists.
        """
        name = path.removeprefix(API)
        if path.startswith(API) and name in self._functions.names():
            await self._call(name, scope, receive, send)
            return True
        file = find(self._public, path) if scope["type"] == "http" else None
        if file is None:
            return False
        if scope["method"] in ("GET", "HEAD"):
            await send_file(file, scope, send)
        else:
            await plain(
                scope, send, 405, "Method not allowed. Use GET or HEAD.", {"allow": "GET, HEAD"}
            )
        return True

    async def _call(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if int(declared) > BODY_LIMIT_BYTES:
            await problem(scope, send, 413, TOO_LARGE)
            return
        try:
            await self._functions.serve(name, scope, _limited(receive), send)
        except BodyTooLarge:
            await problem(scope, send, 413, TOO_LARGE)


def _limited(receive: Receive) -> Receive:
    """Wrap `receive`: it raises BodyTooLarge if a body of undeclared length grows too large."""
    taken = 0

    async def receive_counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > BODY_LIMIT_BYTES:
                raise BodyTooLarge
        return message

    return receive_counted


def _forwarded(scope: Scope, request_id: str) -> Scope:
    """Return the request as a function sees it, with what the platform knows about its client."""
    headers: Headers = [(name, value) for name, value in scope["headers"] if name not in OURS]
    host = dict(headers).get(b"host", b"")
    address = (scope["client"] or ("", 0))[0].encode()
    secure = scope["scheme"] in ("https", "wss")
    headers += [
        (b"x-forwarded-for", address),
        (b"x-forwarded-host", host),
        (b"x-forwarded-proto", b"https" if secure else b"http"),
        (b"x-real-ip", address),
        (b"x-vercel-id", request_id.encode()),
    ]
    return {**scope, "headers": headers}


def _completed(own: Iterable[tuple[bytes, bytes]], extra: Headers) -> Headers:
    """Return the answer's own headers, plus those of the rules that the answer does not set."""
    headers = list(own)
    names = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in extra if name not in names]


async def _live(receive: Receive, send: Send) -> None:
    for moment in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{moment}.complete"})
