"""Builds the ASGI app of a function that serves several routes.

The platform keeps the path as the client asked for it, also where a rewrite led here. So the path
says which route is meant.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.codec import clean
from brain.http.edge import Handler, endpoint


def by_name[W](handlers: Mapping[str, Mapping[str, Handler[W]]], wiring: W) -> ASGIApp:
    """Build the ASGI app of a function that serves several routes. The end of the path selects the
    handlers: a name such as `health`, or `chat/completions`, or `jobs/:id/status`. An unknown path
    gets the first route.

    What stands in the place of `:id` is `request.path_params["id"]`. The platform may put it into
    the query as well; handlers do not read it there.
    """
    apps = {name: endpoint(of_name, wiring) for name, of_name in handlers.items()}
    first = next(iter(apps))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        name = name_in(path, apps) or first
        await apps[name]({**scope, "path_params": _parameters(name, path)}, receive, send)

    return app


def name_in(path: str, names: Iterable[str]) -> str | None:
    """Return the longest of these names that ends the path; None if no name does."""
    parts = path.split("/")[1:]
    fitting = (name for name in names if _fits(name.split("/"), parts))
    return max(fitting, key=lambda name: (name.count("/"), ":" not in name), default=None)


def _fits(name: list[str], parts: list[str]) -> bool:
    if len(name) > len(parts):
        return False
    pairs = zip(name, parts[-len(name) :], strict=True)
    return all(part if one.startswith(":") else one == part for one, part in pairs)


def _parameters(name: str, path: str) -> dict[str, str]:
    """Return what stands in the path in the places of the name's parameters."""
    parts = name.split("/")
    pairs = zip(parts, path.split("/")[-len(parts) :], strict=False)
    return {part[1:]: clean(text) for part, text in pairs if part.startswith(":")}


def later[W](module: str, name: str) -> Handler[W]:
    """Return a handler that is imported with the first request for it, so that the other routes
    of the function start without it.
    """

    async def handle(request: Request, wiring: W) -> ASGIApp:
        handler = cast("Handler[W]", getattr(import_module(module), name))
        return await handler(request, wiring)

    return handle
