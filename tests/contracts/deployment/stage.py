"""A whole deployment in one process: page, functions and services, and faults in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.engines import postgres
from local.gateway.files import find, send_file
from local.gateway.policy import with_policy
from local.gateway.rules import Rules, read_rules
from local.platform.answers import plain
from tests.local.serving import served
from tests.routes.stage import JWT_SECRET, Deployment, deployed

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = ("/api/", "/v1/")
ALIASES = {
    "/api/audio": "/api/voiceSession",
    "/api/startSession": "/api/session",
}  # one function each


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A deployment that is served whole at `url`; `app` is what is served."""

    url: str
    app: ASGIApp
    deployment: Deployment

    @property
    def env(self) -> Mapping[str, str]:
        """What an operator has in the environment: the secret of the tokens."""
        return {"BRAIN_JWT_SECRET": JWT_SECRET}


class Site:
    """The files of the page beside the functions, with the headers of the platform."""

    def __init__(self, functions: ASGIApp, rules: Rules) -> None:
        self._functions = functions
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        extra = list(self._rules.headers_for(scope["path"]))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                more = [pair for pair in extra if pair[0] not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self._route(scope, receive, send_with_headers)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(FUNCTIONS):
            named = ALIASES.get(path, path)
            await self._functions({**scope, "path": named}, receive, send)
        elif (file := find(ROOT / "public", path)) is not None:
            await send_file(file, scope, send)
        else:
            await plain(scope, send, 404, "Page not found.")


@asynccontextmanager
async def whole(folder: Path, **more: str) -> AsyncIterator[Whole]:
    """Serve a deployment. `more` are additional settings of its functions."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres(folder / "postgres"))
        settings = {"DATABASE_URL": database.url, "BRAIN_HTTP_PATIENCE_S": "8", **more}
        running = await stack.enter_async_context(deployed(folder, **settings))
        rules = await with_policy(read_rules(ROOT / "vercel.json"), ROOT, running.env)
        app = Site(running.functions, rules)
        url = await stack.enter_async_context(served(app))
        yield Whole(url=url, app=app, deployment=running)
