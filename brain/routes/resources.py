"""The routes for the user's own data, such as documents. Each feature defines its own.

Rewrites in vercel.json lead here, and to the functions of the routes that pages poll. The response
is 404 if the user does not have the item or the deployment does not have the feature.
"""

from collections.abc import Mapping
from typing import Literal

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from brain.feature import Resources
from brain.http.edge import Handler
from brain.http.names import by_name
from brain.wiring import Wiring

OWN_PARENTS = 2  # segments before the name of a function in its own path: /api/control


def resources(
    wiring: Wiring, of: Literal["resources", "polled"] = "resources"
) -> dict[str, dict[str, Handler[Wiring]]]:
    """Return the handlers by the end of the path and the HTTP method."""
    return {
        name: {method: _handler(of, name, method) for method in handlers}
        for name, handlers in getattr(wiring, of).items()
    }


def _handler(of: str, name: str, method: str) -> Handler[Wiring]:
    async def handle(request: Request, wiring: Wiring) -> ASGIApp:
        caller = await wiring.tokens.check(request.headers.get("authorization"))
        of_features: Resources = getattr(wiring, of)
        return await of_features[name][method](request, caller.user_id)

    return handle


def beside_resources(
    named: Mapping[str, Mapping[str, Handler[Wiring]]],
    wiring: Wiring,
    of: Literal["resources", "polled"] = "resources",
) -> ASGIApp:
    """Build the ASGI app of a function that serves `named` routes and those of the features.

    The features' handlers are imported with the first request for one of them, so the other routes
    start without them.
    """
    app = by_name(named, wiring)
    whole: list[ASGIApp] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        *parents, name = str(scope.get("path", "")).split("/")
        if scope["type"] != "http" or (len(parents) <= OWN_PARENTS and name in named):
            await app(scope, receive, send)
            return
        if not whole:
            whole.append(by_name({**named, **resources(wiring, of)}, wiring))
        await whole[0](scope, receive, send)

    return serve
