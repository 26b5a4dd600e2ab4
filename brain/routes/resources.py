"""The routes for the user's own data, such as documents. Each feature defines its own.

Rewrites in vercel.json lead here. The response is 404 if the user does not have the item or the
deployment does not have the feature.
"""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.edge import Handler
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
