"""A collector of traces, as a small HTTP server that reads OTLP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.local.serving import served

ERROR = 2  # the status of a span that failed


@dataclass
class Received:
    """What the collector has received. `status` is its answer, which it gives once it `may`."""

    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    may: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        async with self.came:
            self.bodies.append(await request.body())
            self.headers.append(dict(request.headers))
            self.came.notify_all()
        await self.may.wait()
        return Response(status_code=self.status)

    @property
    def spans(self) -> list[Span]:
        return [span for part in self._parts() for of in part.scope_spans for span in of.spans]

    @property
    def resources(self) -> list[dict[str, Any]]:
        return [values(part.resource) for part in self._parts()]

    def _parts(self) -> list[Any]:
        return [
            part
            for body in self.bodies
            for part in ExportTraceServiceRequest.FromString(body).resource_spans
        ]

    def of(self, run_id: str) -> list[Span]:
        """Return the spans of a run, in the order of their beginnings."""
        found = [span for span in self.spans if values(span)["brain.run"] == run_id]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    async def until_ended(self, run_id: str) -> list[Span]:
        """Wait for the first span of a run, which comes last, and return all of them."""
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: "run" in [span.name for span in self.of(run_id)])
        return self.of(run_id)

    async def until_run_of(self, users: set[str]) -> str:
        """Wait until a run of one of these users, hashes, has ended, and return its id."""

        def runs() -> list[str]:
            found = (values(span) for span in self.spans if span.name == "run")
            return [one["brain.run"] for one in found if one["gen_ai.conversation.id"] in users]

        async with asyncio.timeout(60), self.came:
            await self.came.wait_for(runs)
        return runs()[0]


def values(of: Any) -> dict[str, Any]:
    """Return the attributes of a span or of a resource."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in of.attributes}


def parents(spans: list[Span]) -> dict[str, str]:
    """Return the name of each span's parent, which must be one of the spans."""
    names = {span.span_id: span.name for span in spans}
    assert len(names) == len(spans), "two spans have the same id"
    return {span.name: names[span.parent_span_id] for span in spans if span.parent_span_id}


@asynccontextmanager
async def collecting() -> AsyncIterator[Received]:
    received = Received()
    received.may.set()
    app = Starlette(routes=[Route("/v1/traces", received.take, methods=["POST"])])
    async with served(app) as url:
        received.url = url
        try:
            yield received
        finally:
            received.may.set()
