"""Runs the long-lived routes in virtual time, over ASGI, with in-memory services."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import jwt
from starlette.types import Message

from brain.codec import Json
from brain.http.edge import Handler, SocketHandler, endpoint
from brain.routes.control import control
from brain.routes.live import live
from brain.routes.voice import voice_to_brain
from brain.wiring import Wiring
from tests.fakes.world import World

JWT_SECRET = "a secret of at least thirty-two bytes"
LONG = "word " * 1600  # the longest text


def wired(world: World, **env: str) -> Wiring:
    """A wiring with the services of the in-memory world."""
    wiring = Wiring({"BRAIN_JWT_SECRET": JWT_SECRET, **env})
    vars(wiring).update(
        clock=world.clock,
        store=world.ports.store,
        services=world.ports.services(),
        languages=world.ports.languages,
        around=world.ports.services().around,
        news=world.news,
        channel=world.channel,
        log=world.ports.log,
        database=None,
    )
    return wiring


def token(user: str = "anna", *, secret: str = JWT_SECRET, lasts_s: int = 3600) -> str:
    claims = {"sub": user, "exp": int(time.time()) + lasts_s}
    return jwt.encode(claims, secret, algorithm="HS256")


class Page:
    """A page at the other end of a socket. `told` are the frames that it received, each with its
    virtual time in seconds. Clear `reads` to make the page stop reading.
    """

    def __init__(self, *protocols: str, query: str = "") -> None:
        self.scope = {
            "type": "websocket",
            "path": "/api/live",
            "query_string": query.encode(),
            "headers": [],
            "subprotocols": list(protocols),
        }
        self.told: list[tuple[float, Json]] = []
        self.accepted: Message | None = None
        self.closed: tuple[int, str] | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        self._changed = asyncio.Event()

    @classmethod
    def of(cls, user: str = "anna") -> "Page":
        return cls("brain", f"token.{token(user)}")

    async def receive(self) -> Message:
        return await self._said.get()

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self.accepted = message
            case "websocket.close":
                self.closed = (message["code"], message["reason"])
            case "websocket.send":
                await self.reads.wait()
                at = asyncio.get_running_loop().time()
                frame = json.loads(message["text"].encode())  # encoded as a server does
                self.told.append((at, frame))
        self._changed.set()

    def say(self, type: str, **fields: Any) -> None:
        self.send_text(json.dumps({"type": type, **fields}))

    def send_text(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        self._said.put_nowait({"type": "websocket.receive", "bytes": data})

    def leave(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def frames(self, *types: str) -> list[Json]:
        return [frame for _, frame in self.told if frame["type"] in types]

    def entries(self) -> list[Json]:
        """The log entries that the page received, in order."""
        return [frame["message"] for frame in self.frames("message")]

    async def until(self, is_reached: Callable[["Page"], bool]) -> None:
        """Wait until the condition is true; each frame triggers a check."""
        while not is_reached(self):
            self._changed.clear()
            await self._changed.wait()

    async def answer(self, *types: str) -> Json:
        """Wait for the first frame of one of these types."""
        await self.until(lambda page: bool(page.frames(*types)))
        return self.frames(*types)[0]


async def posted(
    wiring: Wiring, handler: Handler[Wiring], body: Any, *, user: str = "anna"
) -> tuple[int, Json]:
    """Return the response to a POST when it is complete; the function may continue."""
    pending: list[Message] = [{"type": "http.request", "body": json.dumps(body).encode()}]
    headers = {"authorization": f"Bearer {token(user)}", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    answer: asyncio.Future[tuple[int, Json]] = asyncio.get_running_loop().create_future()
    status = 0

    async def receive() -> Message:
        return pending.pop() if pending else await asyncio.Future()

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        if message["type"] == "http.response.body":
            answer.set_result((status, json.loads(message["body"])))

    call: asyncio.Future[None] = asyncio.ensure_future(
        endpoint({"POST": handler}, wiring)(scope, receive, send)
    )
    call.add_done_callback(lambda call: call.cancelled() or call.result())
    return await answer


@asynccontextmanager
async def connected(
    wiring: Wiring, page: Page, handler: SocketHandler[Wiring] = live
) -> AsyncIterator[asyncio.Future[None]]:
    """Run the function of a page's connection. It ends when the page disconnects."""
    story = handler(page.scope, page.receive, page.send, wiring)
    call: asyncio.Future[None] = asyncio.ensure_future(story)
    try:
        yield call
    finally:
        page.leave()
        await call


def ours() -> list[str]:
    """Return the active tasks of the brain by the names of their functions."""
    codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    return [code.co_qualname for code in codes if code and "/brain/" in code.co_filename]


async def order(wiring: Wiring, type: Any, *, user: str = "anna", **fields: Any) -> Any:
    """The status, and the body."""
    return await posted(wiring, control, {"type": type, **fields}, user=user)


async def said(wiring: Wiring, text: str, **fields: Any) -> Json:
    status, body = await posted(wiring, voice_to_brain, {"text": text, **fields})
    assert status == 200
    return body


async def talk(world: World, turns: int, text: str = "Hi") -> None:
    """So many turns of two entries each, slowly enough for the user's rate."""
    for _ in range(turns):
        await world.ask(text)
        await asyncio.sleep(3)


def seqs(page: Page) -> list[int]:
    return [entry["seq"] for entry in page.entries()]
