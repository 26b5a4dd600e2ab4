"""The routes of QStash that its SDK calls to look at flow control. What changes a key from outside
(pause, pin) has no route here: it answers 404.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.qstash.engine import QueueEngine


class FlowRoutes:
    def __init__(self, engine: QueueEngine) -> None:
        self._engine = engine

    def routes(self) -> list[Route]:
        return [Route("/flowControl/{key}", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        line = self._engine.flows.line(request.path_params["key"])
        if line is None:
            raise HTTPException(404, "flow control key not found")
        view = {
            "flowControlKey": line.key,
            "waitListSize": len(line.waiting),
            "parallelismMax": line.limits.parallelism or 0,
            "parallelismCount": line.under_way,
            "rateMax": line.limits.rate or 0,
            "rateCount": line.started if line.limits.rate else 0,
            "ratePeriod": line.limits.period_s or 0,
            "ratePeriodStart": (line.began_ms or 0) // 1000,
        }
        return JSONResponse(view)
