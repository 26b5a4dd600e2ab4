"""How many connections a client uses."""

from starlette.types import ASGIApp, Receive, Scope, Send


class CountConnections:
    """Records the client's port of every request: each port is one connection."""

    def __init__(self, app: ASGIApp, seen: list[object]) -> None:
        self._app = app
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._seen.append(scope["client"])
        await self._app(scope, receive, send)
