"""Builds the ASGI app of a function that serves several routes.

The platform keeps the path as the client asked for it, also where a rewrite led here. So the path
says which route is meant.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.http.edge import Handler, endpoint


def by_name[W](handlers: Mapping[str, Mapping[str, Handler[W]]], wiring: W) -> ASGIApp:
    """Build the ASGI app of a function that serves several routes. The end of the path selects the
    handlers: a name such as `health`, or `chat/completions`. An unknown path gets the first route.
    """
    apps = {name: endpoint(of_name, wiring) for name, of_name in handlers.items()}
    first = next(iter(apps))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        name = name_in(str(scope.get("path", "")), apps) or first
        await apps[name](scope, receive, send)

    return app


def name_in(path: str, names: Mapping[str, object]) -> str | None:
    """Return the longest of these names that ends the path; None if no name does."""
    parts = path.split("/")
    ends = ("/".join(parts[start:]) for start in range(1, len(parts)))
    return next((end for end in ends if end in names), None)


def later[W](module: str, name: str) -> Handler[W]:
    """Return a handler that is imported with the first request for it, so that the other routes
    of the function start without it.
    """

    async def handle(request: Request, wiring: W) -> ASGIApp:
        handler = cast("Handler[W]", getattr(import_module(module), name))
        return await handler(request, wiring)

    return handle
