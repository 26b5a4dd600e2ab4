"""Gates in an answer: the script waits at each gate until a test opens it.

A test can thus act in the middle of an answer without relying on time.
"""

import asyncio
from collections import defaultdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.parameters import wait_limit_s


class Gates:
    """Gates by name.

    `GET /_local/gates/NAME` returns 204 once an answer has reached the gate, or 408 after `timeout`
    seconds. `POST` opens the gate; it may be opened before an answer reaches it.
    """

    def __init__(self) -> None:
        self._reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._opened: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def routes(self) -> list[Route]:
        return [
            Route("/_local/gates/{name}", self._tell, methods=["GET"]),
            Route("/_local/gates/{name}", self._open, methods=["POST"]),
        ]

    async def passed(self, name: str) -> None:
        """Wait until the gate is open."""
        self._reached[name].set()
        await self._opened[name].wait()

    async def _tell(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(wait_limit_s(request)):
                await self._reached[request.path_params["name"]].wait()
        except TimeoutError:
            return Response(status_code=408)
        return Response(status_code=204)

    async def _open(self, request: Request) -> Response:
        self._opened[request.path_params["name"]].set()
        return Response(status_code=204)
