"""Control routes for tests under `/_local/queue`; QStash has nothing like them.

* `GET /_local/queue` returns counts and switches. With `delivered=3`, `dead=1`, `attempts=2` or
  `idle=1` it answers once that is reached, or with 408 after `timeout` seconds (default 10, at most
  30).
* `POST /_local/queue` sets the given switches: `{"double": true}`, `{"hold": false}` ...
* `POST /_local/queue/now` makes every delayed message and every retry due immediately.
* `POST /_local/queue/schedules/ID/now` publishes the schedule's message, as if it were due.

There is no token: the queue listens on this machine only.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, fields

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.parameters import number, wait_limit_s
from local.qstash.counts import Counts
from local.qstash.engine import QueueEngine
from local.qstash.sender import Switches

COUNTED = ("delivered", "dead", "attempts")
SWITCHES = TypeAdapter(Switches)


class ControlRoutes:
    def __init__(self, engine: QueueEngine) -> None:
        self._engine = engine

    def routes(self) -> list[Route]:
        return [
            Route("/queue", self.show, methods=["GET"]),
            Route("/queue", self.switch, methods=["POST"]),
            Route("/queue/now", self.make_due, methods=["POST"]),
            Route("/queue/schedules/{id}/now", self.publish, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        least = {name: number(request, name, 0) for name in COUNTED}
        idle = number(request, "idle", 0) > 0
        limit_s = wait_limit_s(request)

        def is_reached(now: Counts) -> bool:
            enough = all(getattr(now, name) >= count for name, count in least.items())
            return enough and not (idle and (now.in_flight or now.unfinished))

        try:
            async with asyncio.timeout(limit_s):
                await self._engine.until(is_reached)
        except TimeoutError:
            return self._state(status_code=408)
        return self._state()

    async def switch(self, request: Request) -> Response:
        try:
            given = json.loads(await request.body())
        except ValueError as error:
            raise HTTPException(400, f"invalid JSON: {error}") from error
        self._engine.switches = _switched(self._engine.switches, given)
        return self._state()

    async def make_due(self, _: Request) -> Response:
        self._engine.deliver_now()
        return self._state()

    async def publish(self, request: Request) -> Response:
        if not self._engine.schedules.publish_now(request.path_params["id"]):
            raise HTTPException(404, "schedule not found")
        return self._state()

    def _state(self, status_code: int = 200) -> Response:
        counts = asdict(self._engine.counts())
        counts["inFlight"] = counts.pop("in_flight")
        state = counts | {"switches": asdict(self._engine.switches)}
        return JSONResponse(state, status_code=status_code)


def _switched(now: Switches, given: object) -> Switches:
    if not isinstance(given, dict):
        raise HTTPException(400, "the body must be an object of switches")
    known = {field.name for field in fields(Switches)}
    if unknown := set(given) - known:
        raise HTTPException(400, f"unknown switch: {sorted(unknown)}; known are {sorted(known)}")
    try:
        return SWITCHES.validate_json(json.dumps(asdict(now) | given), strict=True)
    except ValidationError as error:
        raise HTTPException(400, f"invalid switches: {error}") from error
