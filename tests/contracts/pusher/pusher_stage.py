"""A stage for the channel server: loopback servers, the vendor's SDK, a raw WebSocket client."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from pusher import Pusher
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from local.pusher import LocalPusher

APP_ID, KEY, SECRET = "42", "local-key", "local-secret"
SEND_BUFFER_BYTES = 4_096  # small, so that a reader who stops is noticed after a few events


def new_server(**options: Any) -> LocalPusher:
    return LocalPusher(APP_ID, KEY, SECRET, **options)


@asynccontextmanager
async def served(server: LocalPusher, port: int = 0) -> AsyncIterator[int]:
    """Run the server on 127.0.0.1, by default on a free port; yields the port."""
    # Listening before the server starts: an early request waits in the backlog, nobody has to poll.
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    config = uvicorn.Config(server.app, log_level="warning", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        running.should_exit = True
        await serving
        listener.close()


@asynccontextmanager
async def sdk_for(port: int, **changed: str) -> AsyncIterator[Pusher]:
    credentials = {"app_id": APP_ID, "key": KEY, "secret": SECRET} | changed
    sdk = Pusher(**credentials, host="127.0.0.1", port=port, ssl=False)
    yield sdk
    sdk._pusher_client.http.session.close()  # the SDK itself has no way to close its connections


async def call[T](method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call the blocking SDK in a thread, because the server runs in this loop."""
    return await asyncio.to_thread(method, *args, **kwargs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A WebSocket client that only knows the protocol's frames."""

    websocket: ClientConnection
    socket_id: str

    async def say(self, event: str, data: object, **more: object) -> None:
        await self.websocket.send(json.dumps({"event": event, "data": data} | more))

    async def hear(self) -> dict[str, Any]:
        """The next frame, its data decoded."""
        async with asyncio.timeout(20):
            frame: dict[str, Any] = json.loads(await self.websocket.recv())
        if isinstance(frame.get("data"), str):
            frame["data"] = json.loads(frame["data"])
        return frame

    async def subscribe(self, channel: str, **auth: str) -> dict[str, Any]:
        await self.say("pusher:subscribe", {"channel": channel} | auth)
        return await self.hear()


@asynccontextmanager
async def client_of(port: int, **options: Any) -> AsyncIterator[Client]:
    url = f"ws://127.0.0.1:{port}/app/{KEY}?protocol=7&client=test&version=1.0"
    async with connect(url, compression=None, **options) as websocket:
        greeting = json.loads(await websocket.recv())
        socket_id = json.loads(greeting["data"])["socket_id"]
        yield Client(websocket=websocket, socket_id=socket_id)


async def close_code(websocket: ClientConnection) -> int:
    """The server's close code; frames before it are skipped."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosedError):
            while True:
                await websocket.recv()
    assert websocket.close_code is not None
    return websocket.close_code
