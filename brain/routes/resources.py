"""The user's own things: the routes that features bring. Rewrites lead here.

What the user does not have is 404, and so is what the deployment does not have.
"""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.edge import Handler
from brain.wiring import Wiring


def resources(wiring: Wiring) -> dict[str, dict[str, Handler[Wiring]]]:
    """The handlers by the last part of the path, and by method."""
    return {
        name: {method: _handler(name, method) for method in handlers}
        for name, handlers in wiring.resources.items()
    }


def _handler(name: str, method: str) -> Handler[Wiring]:
    async def handle(request: Request, wiring: Wiring) -> ASGIApp:
        caller = await wiring.tokens.check(request.headers.get("authorization"))
        return await wiring.resources[name][method](request, caller.user_id)

    return handle
