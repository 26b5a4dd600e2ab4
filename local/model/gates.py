"""Gates at which an answer waits in mid-word until a test lets it go on: no test guesses a time."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Gate:
    """Where an answer waits. Once opened it stays open."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Be held until it is opened."""
        self.reached.set()
        await self.opened.wait()


class Gates:
    """All gates, by their names; there as soon as somebody speaks of them."""

    def __init__(self) -> None:
        self._gates: defaultdict[str, Gate] = defaultdict(Gate)

    def __getitem__(self, name: str) -> Gate:
        return self._gates[name]

    def routes(self) -> list[Route]:
        """`GET` answers once an answer is held there, `POST` lets it go on."""
        return [
            Route("/_local/gates/{name}", self._until_reached),
            Route("/_local/gates/{name}", self._open, methods=["POST"]),
        ]

    async def _until_reached(self, request: Request) -> Response:
        await self[request.path_params["name"]].reached.wait()
        return Response(status_code=204)

    async def _open(self, request: Request) -> Response:
        self[request.path_params["name"]].opened.set()
        return Response(status_code=204)
