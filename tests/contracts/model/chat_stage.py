"""A stage for the chat model's tests: the scripted model or raw bytes on loopback, and the adapter
under test in front of it.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from brain.cloud.model.chat import ChatModel, ChatSettings
from brain.cloud.model.wire import Waits
from brain.errors import FaultClass
from brain.run.ports import Delta, Prompt
from local.model import scripted_model
from tests.fakes.requests import check

KEY = "sk-secret-of-the-test"
QUICK = Waits(connect_s=5.0, first_token_s=20.0, gap_s=20.0)
PARAMETERS = {"type": "object", "properties": {"query": {"type": "string"}}}
FUNCTION = {"name": "find", "description": "Finds.", "parameters": PARAMETERS}
TOOL = {"type": "function", "function": FUNCTION}
SYSTEM = {"role": "system", "content": "Be brief."}
PROMPT = Prompt(messages=[SYSTEM, {"role": "user", "content": "the user's words"}], tools=[TOOL])

type Json = dict[str, Any]


@dataclass(frozen=True)
class Directed:
    """The scripted model behind a real server, and its controls."""

    url: str
    control: httpx.AsyncClient

    async def direct(self, *answers: Json) -> None:
        response = await self.control.post("/_local/script", json={"answers": answers})
        response.raise_for_status()

    async def asked(self) -> list[Json]:
        calls: list[Json] = (await self.control.get("/_local/calls")).json()
        return calls


@asynccontextmanager
async def directed() -> AsyncIterator[Directed]:
    # Listening before the server starts: early requests wait in the backlog, nobody has to poll.
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(scripted_model(), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=url) as control:
            yield Directed(url=f"{url}/v1", control=control)
    finally:
        server.should_exit = True
        await serving
        listener.close()


class PendingNotices(bytes):
    """Bytes after which the server sends nothing more but keeps the connection open."""


@dataclass
class Wire:
    """A server that answers each request with the next of `answers`, byte for byte, and then
    closes the connection. `left` is set when a client has gone away from a held one.
    """

    answers: list[bytes]
    url: str = ""
    requests: list[Json] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away first
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.heads.append(head)
        self.requests.append(json.loads(await reader.readexactly(length)))
        check(self.requests[-1])
        answer = self.answers.pop(0)
        self.asked.set()
        writer.write(answer)
        await writer.drain()
        if isinstance(answer, PendingNotices):
            await reader.read()
            self.left.set()


@asynccontextmanager
async def wire(*answers: bytes) -> AsyncIterator[Wire]:
    raw = Wire(answers=list(answers))
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield raw


def http(body: str, *, status: str = "200 OK", kind: str = "text/event-stream") -> bytes:
    """A response that ends with its connection."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}".encode()


def sse(*chunks: Json | str) -> bytes:
    """A stream of chunks; a text is sent unchanged."""
    lines = [c if isinstance(c, str) else f"data: {json.dumps(c)}" for c in chunks]
    return http("".join(f"{line}\n\n" for line in lines))


def delta(finish_reason: str | None = None, **fields: Any) -> Json:
    """A chunk of a stream."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}]}


def part(index: int | None = None, **fields: Any) -> Json:
    """A chunk with a fragment of a tool call."""
    agent_call_id = {"id": fields.pop("id")} if "id" in fields else {}
    place = {} if index is None else {"index": index}
    return delta(tool_calls=[{**place, **agent_call_id, "function": fields}])


@asynccontextmanager
async def asking(
    url: str, *, note: Callable[[str, FaultClass | None], None] = lambda *_: None, **settings: Any
) -> AsyncIterator[ChatModel]:
    """The adapter for a server. Its `random` returns 0, so its pauses are the shortest."""
    given = {"provider": "openrouter", "api_key": KEY, "model": "m", "waits": QUICK, **settings}
    model = ChatModel(ChatSettings(base_url=url, **given), random=lambda: 0.0, note=note)
    try:
        yield model
    finally:
        await model.aclose()


def told() -> tuple[list[tuple[str, str]], Callable[[Delta], None]]:
    """A list, and a listener that fills it."""
    heard: list[tuple[str, str]] = []
    return heard, lambda piece: heard.append((piece.kind, piece.text))


@pytest.fixture
async def server() -> AsyncIterator[Directed]:
    async with directed() as running:
        yield running


@pytest.fixture
async def model(server: Directed) -> AsyncIterator[ChatModel]:
    async with asking(server.url) as asked:
        yield asked
