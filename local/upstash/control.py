"""Control routes for tests: `/_local/counts` and `/_local/subscribers`.

* `GET /_local/counts` returns what the clients have cost so far; `POST /_local/counts/reset` sets
  all counts to zero.
* `POST /_local/clock?aheadS=N` sets the clock of the scripts N seconds ahead of the engine's.
* `GET /_local/subscribers` returns the number of subscribers of each channel. With
  `channel=NAME&count=2` it answers once there are exactly that many, or with 408 after `timeout`
  seconds (default 10, at most 30).
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.parameters import number, wait_limit_s
from local.upstash.counts import Counts
from local.upstash.resp import Pool
from local.upstash.scripts import Scripts
from local.upstash.subscriptions import Subscriptions


class ControlRoutes:
    def __init__(
        self, engine: Pool, counts: Counts, subscriptions: Subscriptions, scripts: Scripts
    ) -> None:
        self._engine = engine
        self._scripts = scripts
        self._counts = counts
        self._subscriptions = subscriptions

    def routes(self) -> list[Route]:
        return [
            Route("/counts", self.counts, methods=["GET"]),
            Route("/counts/reset", self.reset_counts, methods=["POST"]),
            Route("/clock", self.set_clock, methods=["POST"]),
            Route("/subscribers", self.subscribers, methods=["GET"]),
        ]

    async def counts(self, _: Request) -> Response:
        return JSONResponse(await self._counts.report(self._engine))

    async def set_clock(self, request: Request) -> Response:
        text = request.query_params.get("aheadS", "0")
        if not text.removeprefix("-").isdecimal():
            return Response("aheadS must be a whole number", status_code=422)
        self._scripts.ahead_s = int(text)
        return Response(status_code=204)

    async def reset_counts(self, _: Request) -> Response:
        await self._counts.reset(self._engine)
        return Response(status_code=204)

    async def subscribers(self, request: Request) -> Response:
        channel, count = request.query_params.get("channel"), number(request, "count", 0)
        status = 200
        if channel is not None:
            try:
                async with asyncio.timeout(wait_limit_s(request)):
                    await self._subscriptions.until(lambda now: now.get(channel, 0) == count)
            except TimeoutError:
                status = 408
        return JSONResponse(self._subscriptions.listening(), status)
