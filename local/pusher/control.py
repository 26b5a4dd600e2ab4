"""Control routes for tests under `/_local/channel`; the vendor has nothing like them.

* `GET /_local/channel` returns the counts, the occupied channels, the switches, the state of the
  webhooks, and the last events of each channel. With `published=3`, `delivered=3`, `dropped=1`,
  `connections=1` or `occupied=NAME` it answers once that is reached, or with 408 after `timeout`
  seconds (default 10, at most 30).
* `POST /_local/channel` sets the given switches: `{"drop": 0.3, "seed": 1}`, `{"double": 0.1,
  "late": 0.1, "late_s": 20}`, `{"fail": {"status": 500, "seconds": 30}}`, `{"fail": null}`,
  `{"disabled": true}`.
* `POST /_local/channel/drop` closes every connection, like a restart at the vendor.

There is no token: the server listens on this machine only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, replace

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.parameters import number, wait_limit_s
from local.pusher.hub import Hub
from local.pusher.switches import Switches
from local.pusher.webhooks import Webhooks

COUNTED = ("published", "delivered", "dropped", "connections")
SWITCHES = TypeAdapter(Switches)


class ControlRoutes:
    def __init__(
        self, hub: Hub, webhooks: Webhooks, drop_connections: Callable[[], Awaitable[int]]
    ) -> None:
        self._hub = hub
        self._webhooks = webhooks
        self._drop_connections = drop_connections

    def routes(self) -> list[Route]:
        return [
            Route("/channel", self.show, methods=["GET"]),
            Route("/channel", self.switch, methods=["POST"]),
            Route("/channel/drop", self.drop, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        least = {name: number(request, name, 0) for name in COUNTED}
        occupied = set(request.query_params.getlist("occupied"))
        limit_s = wait_limit_s(request)

        def is_reached() -> bool:
            now = self._hub.counts()
            enough = all(getattr(now, name) >= count for name, count in least.items())
            return enough and occupied <= self._hub.occupied().keys()

        try:
            async with asyncio.timeout(limit_s):
                await self._hub.until(is_reached)
        except TimeoutError:
            return self._state(status_code=408)
        return self._state()

    async def switch(self, request: Request) -> Response:
        self._hub.switch(_switched(self._hub.switches, await request.body()))
        return self._state()

    async def drop(self, _: Request) -> Response:
        return JSONResponse({"closed": await self._drop_connections()})

    def _state(self, status_code: int = 200) -> Response:
        state = asdict(self._hub.counts()) | {
            "occupied": self._hub.occupied(),
            "switches": asdict(self._hub.switches),
            "webhooks": asdict(self._webhooks.counts),
            "events": {
                name: [asdict(event) for event in kept] for name, kept in self._hub.events.items()
            },
        }
        return JSONResponse(state, status_code=status_code)


def _switched(now: Switches, body: bytes) -> Switches:
    """Return `now` with the switches in the body applied; the others keep their values."""
    try:
        given = SWITCHES.validate_json(body, strict=True)
        named = json.loads(body)
    except ValidationError as error:
        raise HTTPException(400, f"invalid switches: {error}") from error
    return replace(
        now, **{f.name: getattr(given, f.name) for f in fields(Switches) if f.name in named}
    )
