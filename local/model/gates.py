"""Gates in an answer: the script waits at each until a test opens it, so that "in mid-word" is a
place and no moment.
"""

import asyncio
from collections import defaultdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.asked import wait_limit_s


class Gates:
    """By name. `GET /_local/gates/NAME` answers when an answer has reached it (204), or 408 after
    `timeout` seconds; `POST` opens it, also before anybody comes.
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
        """Return once the gate is open."""
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
