"""The HTTP routes of QStash that its SDK calls for messages.

The routes for schedules are in `schedule_routes.py`, those to look at flow control in
`flow_routes.py`. URL groups and settings of named queues have no route here: they answer 404.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.qstash.engine import QueueEngine
from local.qstash.ledger import Receipt
from local.qstash.message import MAX_BODY_BYTES, MalformedMessage, QueueMessage, read_message
from local.qstash.views import dead_letter_view, message_view

MAX_BATCH_BYTES = 10 * MAX_BODY_BYTES  # bytes; our limit: ten of the largest messages
EVENTS_PAGE = 1000  # events; the vendor's default and largest page
END_OF_TIME_MS = 10**14  # Unix milliseconds; the year 5138
DEAD_PAGE = 100  # dead letters; the vendor's default and largest page

# Query parameters that keep only the rows whose field of the same name has that value.
FILTERS = ("messageId", "state", "url", "label", "queueName", "responseStatus")

# Unchanged: the destination's own percent signs must reach it and the signature as they are.
DESTINATION = re.compile(r"/v2/(?:publish|schedules|enqueue/[^/]+)/(?P<url>.*)", re.DOTALL)


class BatchItem(BaseModel):
    destination: str
    headers: dict[str, str] = {}
    body: str | None = None
    queue: str | None = None


class MessageIds(BaseModel):
    messageIds: list[str]  # noqa: N815 - the name on the wire


class DlqIds(BaseModel):
    dlqIds: list[str]  # noqa: N815 - the name on the wire


BATCH = TypeAdapter(list[BatchItem])


class RequireToken:
    """Requires the bearer token; answers 401 to requests without it."""

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if hmac.compare_digest(given, self._expected):
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": "invalid token"}, status_code=401)(scope, receive, send)


class QueueRoutes:
    def __init__(self, engine: QueueEngine, *, current_key: str, next_key: str) -> None:
        self._engine = engine
        self._keys = {"current": current_key, "next": next_key}

    def routes(self) -> list[Route]:
        return [
            Route("/publish/{url:path}", self.publish, methods=["POST"]),
            Route("/enqueue/{queue}/{url:path}", self.publish, methods=["POST"]),
            Route("/batch", self.batch, methods=["POST"]),
            Route("/messages", self.cancel_many, methods=["DELETE"]),
            Route("/messages/{id}", self.message, methods=["GET"]),
            Route("/messages/{id}", self.cancel, methods=["DELETE"]),
            Route("/dlq", self.dead_letters, methods=["GET"]),
            Route("/dlq", self.delete_dead_letters, methods=["DELETE"]),
            Route("/dlq/{id}", self.dead_letter, methods=["GET"]),
            Route("/dlq/{id}", self.delete_dead_letter, methods=["DELETE"]),
            Route("/events", self.events, methods=["GET"]),
            Route("/keys", self.keys, methods=["GET"]),
        ]

    async def publish(self, request: Request) -> Response:
        message = read_message(
            destination=destination_of(request),
            headers=request.headers,
            body=await body_of(request, MAX_BODY_BYTES),
            now_ms=self._engine.now_ms(),
            queue=request.path_params.get("queue"),
        )
        [receipt] = self._engine.accept([message])
        # The vendor's codes: a duplicate is accepted, but nothing is created.
        return JSONResponse(_receipt(receipt), status_code=202 if receipt.deduplicated else 201)

    async def batch(self, request: Request) -> Response:
        items = _read(BATCH, await body_of(request, MAX_BATCH_BYTES))
        messages = [self._batch_message(place, item) for place, item in enumerate(items)]
        receipts = self._engine.accept(messages)
        return JSONResponse([_receipt(receipt) for receipt in receipts])

    def _batch_message(self, place: int, item: BatchItem) -> QueueMessage:
        body = (item.body or "").encode()
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"message {place} of the batch is over {MAX_BODY_BYTES} bytes")
        try:
            return read_message(
                destination=item.destination,
                headers=item.headers,
                body=body,
                now_ms=self._engine.now_ms(),
                queue=item.queue,
            )
        except MalformedMessage as error:
            raise MalformedMessage(f"message {place} of the batch: {error}") from error

    async def message(self, request: Request) -> Response:
        message = self._engine.find(request.path_params["id"])
        if message is None:
            raise HTTPException(404, "message not found")
        return JSONResponse(message_view(message))

    async def cancel(self, request: Request) -> Response:
        if self._engine.cancel([request.path_params["id"]]) == 0:
            raise HTTPException(404, "message not found")
        return Response(status_code=202)

    async def cancel_many(self, request: Request) -> Response:
        """Cancel the messages in the body; without a body, all messages."""
        body = await body_of(request, MAX_BODY_BYTES)
        wanted = _read(TypeAdapter(MessageIds), body).messageIds if body else None
        return JSONResponse({"cancelled": self._engine.cancel(wanted)})

    async def dead_letters(self, request: Request) -> Response:
        letters = self._engine.store.dead_letters()
        views = [(letter.died_ms, dead_letter_view(letter)) for letter in letters]
        return JSONResponse(_page(request, views, "messages", DEAD_PAGE))

    async def dead_letter(self, request: Request) -> Response:
        letter = self._engine.store.dead_letter(request.path_params["id"])
        if letter is None:
            raise HTTPException(404, "dlq message not found")
        return JSONResponse(dead_letter_view(letter))

    async def delete_dead_letter(self, request: Request) -> Response:
        if self._engine.delete_dead([request.path_params["id"]]) == 0:
            raise HTTPException(404, "dlq message not found")
        return Response(status_code=200)

    async def delete_dead_letters(self, request: Request) -> Response:
        wanted = _read(TypeAdapter(DlqIds), await body_of(request, MAX_BODY_BYTES)).dlqIds
        return JSONResponse({"deleted": self._engine.delete_dead(wanted)})

    async def events(self, request: Request) -> Response:
        events = [(event["time"], event) for event in self._engine.store.events()]
        return JSONResponse(_page(request, events, "events", EVENTS_PAGE))

    async def keys(self, _: Request) -> Response:
        return JSONResponse(self._keys)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    duplicate = {"deduplicated": True} if receipt.deduplicated else {}
    return {"messageId": receipt.message_id} | duplicate


def destination_of(request: Request) -> str:
    raw_path = request.scope["raw_path"].decode("latin-1")
    found = DESTINATION.search(raw_path)
    url = found["url"] if found else ""
    if url.lower().startswith(("http%3a", "https%3a")):
        return unquote(url)  # some clients encode the whole URL into one path segment
    query = request.scope["query_string"].decode("latin-1")
    return f"{url}?{query}" if query else url


async def body_of(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, f"the body is over {limit} bytes")
    return bytes(body)


def _read[T](shape: TypeAdapter[T], body: bytes) -> T:
    try:
        return shape.validate_json(body)
    except ValidationError as error:
        problems = json.loads(error.json(include_url=False, include_input=False))
        raise HTTPException(400, f"invalid body: {problems}") from error


def _page(
    request: Request, rows: Iterable[tuple[int, dict[str, Any]]], name: str, largest: int
) -> dict[str, Any]:
    """Return a page of the rows that match the query's filters, with a cursor if there are more."""
    asked = request.query_params
    start = _number(request, "cursor", 0)
    count = min(largest, _number(request, "count", largest))
    earliest = _number(request, "fromDate", 0)
    latest = _number(request, "toDate", END_OF_TIME_MS)
    wanted_ids = [each for value in asked.getlist("messageIds") for each in value.split(",")]
    left = [
        view
        for time_ms, view in rows
        if earliest <= time_ms <= latest
        and (not wanted_ids or view["messageId"] in wanted_ids)
        and all(str(view.get(key)) == asked[key] for key in FILTERS if key in asked)
    ]
    more = {"cursor": str(start + count)} if start + count < len(left) else {}
    return {name: left[start : start + count]} | more


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise HTTPException(400, f"{name} must be a whole number")
    return int(text)
