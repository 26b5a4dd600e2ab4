"""A local queue that speaks the QStash API.

    queue = LocalQueue(Path(".local/queue.db"))
    uvicorn.run(queue.app, host="127.0.0.1", port=8080)

The app delivers for as long as it runs (its lifespan enters `queue.run()`). A server without
lifespan needs `async with queue.run():` around it. A LocalQueue runs once: when the run ends, it
closes its file. A new LocalQueue on the same file continues from there.

It uses the public keys of the vendor's own development server for signatures and authorisation, so
either server can replace the other without a change of settings.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from local.qstash.control import ControlRoutes
from local.qstash.counts import Counts
from local.qstash.engine import QueueEngine
from local.qstash.flow_routes import FlowRoutes
from local.qstash.http import QueueRoutes, RequireToken
from local.qstash.message import MalformedMessage
from local.qstash.schedule_routes import ScheduleRoutes
from local.qstash.sender import Sender, Switches
from local.qstash.store import QueueStore

__all__ = ["CURRENT_SIGNING_KEY", "NEXT_SIGNING_KEY", "TOKEN", "Counts", "LocalQueue", "Switches"]

# Not secrets: these are the public values of the vendor's development server, as documented.
TOKEN = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="
CURRENT_SIGNING_KEY = "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r"
NEXT_SIGNING_KEY = "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs"

DEDUPLICATION_WINDOW_S = 600.0  # seconds; the vendor remembers an id for ten minutes
DELIVERIES_AT_ONCE = 32  # deliveries; more than one user's functions ever run at once


class LocalQueue(QueueEngine):
    """The queue with its ASGI `app`. Keeps undelivered messages and schedules in the file at
    `path`.
    """

    def __init__(
        self,
        path: Path,
        *,
        token: str = TOKEN,
        current_signing_key: str = CURRENT_SIGNING_KEY,
        next_signing_key: str = NEXT_SIGNING_KEY,
        deduplication_window_s: float = DEDUPLICATION_WINDOW_S,
        deliveries_at_once: int = DELIVERIES_AT_ONCE,
        clock: Callable[[], float] = time.time,
        shuffle_seed: int = 1,
    ) -> None:
        """`clock` returns Unix time in seconds; it decides what is due and what has expired."""
        super().__init__(
            store=QueueStore(path),
            sender=Sender(signing_key=current_signing_key, clock=clock, seed=shuffle_seed),
            clock=clock,
            deduplication_window_s=deduplication_window_s,
            deliveries_at_once=deliveries_at_once,
        )
        messages = QueueRoutes(self, current_key=current_signing_key, next_key=next_signing_key)
        routes = [*messages.routes(), *ScheduleRoutes(self).routes(), *FlowRoutes(self).routes()]
        guard = Middleware(RequireToken, token=token)
        self.app = Starlette(
            routes=[
                Mount("/v2", routes=routes, middleware=[guard]),
                Mount("/_local", routes=ControlRoutes(self).routes()),
            ],
            exception_handlers={HTTPException: _refused, MalformedMessage: _refused},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.run():
            yield


async def _refused(_: Request, error: Exception) -> Response:
    match error:
        case HTTPException(status_code=status, detail=detail):
            return JSONResponse({"error": detail}, status_code=status)
        case _:
            return JSONResponse({"error": str(error)}, status_code=400)
