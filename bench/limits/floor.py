"""The raw floor: a turn by hand with Starlette, httpx2 and json."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.limits.byhand import Call, Command, Json, asked_for, turn

LIMIT_S = 30.0  # seconds for a call

_clients: list[httpx2.AsyncClient] = []


async def _floor(request: Request) -> Response:
    body = await request.json()
    said = await turn(body["user"], body["text"], _store, _model, _search)
    return JSONResponse({"text": said})


async def _empty(_: Request) -> Response:
    return Response()


async def _store(commands: Sequence[Command]) -> list[Any]:
    answer = await _client().post(
        f"{os.environ['UPSTASH_REDIS_REST_URL']}/pipeline",
        json=commands,
        headers={"Authorization": f"Bearer {os.environ['UPSTASH_REDIS_REST_TOKEN']}"},
    )
    return [each["result"] for each in answer.json()]


async def _model(messages: Sequence[Json]) -> Json:
    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    headers = {"Content-Type": "application/json"}
    call, content = Call(), asked_for(messages)
    async with _client().stream("POST", url, content=content, headers=headers) as answer:
        async for line in answer.aiter_lines():
            call.add(line)
    return call.made()


async def _search(query: str) -> str:
    url = f"{os.environ['BRAIN_SEARCH_URL']}/search"
    return (await _client().get(url, params={"q": query, "format": "json"})).text


def _client() -> httpx2.AsyncClient:
    """Create the client in the running loop, and keep it."""
    if not _clients:
        _clients.append(httpx2.AsyncClient(timeout=LIMIT_S))
    return _clients[0]


app = Starlette(routes=[Route("/api/voiceToBrain", _floor, methods=["POST"]), Route("/", _empty)])
