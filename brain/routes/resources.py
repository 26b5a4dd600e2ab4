"""The routes for the user's own data, such as documents. Each feature defines its own.

Rewrites in vercel.json lead here. The response is 404 if the user does not have the item or the
deployment does not have the feature.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.http.edge import Handler
from brain.http.names import by_name
from brain.wiring import Wiring


def resources(wiring: Wiring) -> dict[str, dict[str, Handler[Wiring]]]:
    """Return the handlers by the last segment of the path and the HTTP method."""
    return {
        name: {method: _handler(name, method) for method in handlers}
        for name, handlers in wiring.resources.items()
    }


def _handler(name: str, method: str) -> Handler[Wiring]:
    async def handle(request: Request, wiring: Wiring) -> ASGIApp:
        caller = await wiring.tokens.check(request.headers.get("authorization"))
        return await wiring.resources[name][method](request, caller.user_id)

    return handle


def beside_resources(named: Mapping[str, Mapping[str, Handler[Wiring]]], wiring: Wiring) -> ASGIApp:
    """Build the ASGI app of a function that serves `named` routes and those of the features.

    The features' handlers are imported with the first request for one of them, so the other routes
    start without them.
    """
    app = by_name(named, wiring)
    whole: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        name = str(scope.get("path", "")).rpartition("/")[2]
        if scope["type"] != "http" or name in named:
            await app(scope, receive, send)
            return
        if not whole:
            whole.append(by_name({**named, **resources(wiring)}, wiring))
        await whole[0](scope, receive, send)

    return serve
