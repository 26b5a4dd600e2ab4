"""The routes of QStash that its SDK calls for schedules."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.qstash.engine import QueueEngine
from local.qstash.http import body_of, destination_of
from local.qstash.message import MAX_BODY_BYTES
from local.qstash.schedule import read_schedule
from local.qstash.views import schedule_view

CHANGE = ["PATCH", "POST"]  # the SDK's method, and the documented one


class ScheduleRoutes:
    def __init__(self, engine: QueueEngine) -> None:
        self._engine = engine
        self._schedules = engine.schedules

    def routes(self) -> list[Route]:
        return [
            Route("/schedules", self.list_all, methods=["GET"]),
            Route("/schedules/{id}", self.show, methods=["GET"]),
            Route("/schedules/{id}", self.drop, methods=["DELETE"]),
            Route("/schedules/{id}/pause", self.pause, methods=CHANGE),
            Route("/schedules/{id}/resume", self.resume, methods=CHANGE),
            Route("/schedules/{url:path}", self.keep, methods=["POST"]),
        ]

    async def keep(self, request: Request) -> Response:
        schedule = read_schedule(
            destination=destination_of(request),
            headers=request.headers,
            body=await body_of(request, MAX_BODY_BYTES),
            now_ms=self._engine.now_ms(),
        )
        self._schedules.keep(schedule)
        return JSONResponse({"scheduleId": schedule.id})

    async def list_all(self, _: Request) -> Response:
        schedules = self._schedules.all()
        due_ms = self._schedules.due_ms
        return JSONResponse([schedule_view(each, due_ms=due_ms(each.id)) for each in schedules])

    async def show(self, request: Request) -> Response:
        schedule = self._schedules.find(request.path_params["id"])
        if schedule is None:
            raise HTTPException(404, "schedule not found")
        due_ms = self._schedules.due_ms(schedule.id)
        return JSONResponse(schedule_view(schedule, due_ms=due_ms))

    async def drop(self, request: Request) -> Response:
        return _done(self._schedules.drop(request.path_params["id"]))

    async def pause(self, request: Request) -> Response:
        return _done(self._schedules.pause(request.path_params["id"], True))

    async def resume(self, request: Request) -> Response:
        return _done(self._schedules.pause(request.path_params["id"], False))


def _done(was_there: bool) -> Response:
    if not was_there:
        raise HTTPException(404, "schedule not found")
    return Response(status_code=200)
