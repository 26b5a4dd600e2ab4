"""One WebSocket connection: incoming frames, the outgoing queue, and the check that it is alive."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from local.pusher.conversation import Conversation, Credentials, new_socket_id
from local.pusher.hub import Hub
from local.pusher.protocol import (
    ACTIVITY_TIMEOUT_S,
    APP_DISABLED,
    NO_PONG,
    NO_SUCH_PATH,
    OVER_CAPACITY,
    OVER_QUOTA,
    PONG_TIMEOUT_S,
    Close,
    FrameRefused,
    error_frame,
    event_frame,
    parse_frame,
    refused_version,
    unknown_app,
)

CLOSE_PATIENCE_S = 5.0  # seconds; a client that does not read would never take the close frame

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class SocketLimits:
    activity_timeout_s: float = ACTIVITY_TIMEOUT_S
    pong_timeout_s: float = PONG_TIMEOUT_S
    send_queue: int = 1_000  # frames; ten times a burst over all channels of a page
    connections: int | None = None  # None = no limit


class SocketRoutes:
    def __init__(
        self, hub: Hub, credentials: Credentials, limits: SocketLimits, clock: Callable[[], float]
    ) -> None:
        self._hub = hub
        self._credentials = credentials
        self._limits = limits
        self._clock = clock

    async def connect(self, websocket: WebSocket) -> None:
        # Accept before refusing: a browser reports the close code only of an open connection.
        await websocket.accept()
        if refusal := self._refusal(websocket):
            log.info("connection refused code=%d", refusal.code)
            await _close(websocket, refusal)
            return
        socket = Socket(websocket, self._limits)
        self._hub.join(socket)
        try:
            conversation = Conversation(socket, self._hub, self._credentials, self._clock)
            close = await socket.serve(conversation)
        finally:
            # Leave before the close frame is sent: otherwise a client that does not read would stay
            # subscribed.
            self._hub.leave(socket)
        if close:
            await _close(websocket, close)

    async def refuse_path(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await _close(websocket, NO_SUCH_PATH)

    def _refusal(self, websocket: WebSocket) -> Close | None:
        key = websocket.path_params["key"]
        if key != self._credentials.key:
            return unknown_app(key)
        if self._hub.switches.disabled:
            return APP_DISABLED
        quota = self._limits.connections
        if quota is not None and len(self._hub.peers) >= quota:
            return OVER_QUOTA
        return refused_version(websocket.query_params)


class Socket:
    """A `Peer`. Sending never waits, so a slow reader does not delay the others."""

    def __init__(self, websocket: WebSocket, limits: SocketLimits) -> None:
        self.id = new_socket_id()
        self.user_id: str | None = None
        self._websocket = websocket
        self._limits = limits
        self._outbox: asyncio.Queue[str] = asyncio.Queue(limits.send_queue)
        self._heard = asyncio.Event()
        self._ended: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()

    def send(self, frame: str) -> None:
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self.close(OVER_CAPACITY)

    def close(self, close: Close) -> None:
        self._end(close)

    async def serve(self, conversation: Conversation) -> Close | None:
        """Serve until the connection is over. Returns how to close it, or None if the client has
        left.
        """
        self._greet()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._read(conversation)),
                group.create_task(self._write()),
                group.create_task(self._watch()),
            ]
            close = await self._ended
            for task in tasks:
                task.cancel()
        log.info("connection closed socket=%s code=%s", self.id, close and close.code)
        return close

    def _greet(self) -> None:
        greeting = {"socket_id": self.id, "activity_timeout": self._limits.activity_timeout_s}
        self.send(event_frame("pusher:connection_established", json.dumps(greeting)))
        log.info("connection opened socket=%s", self.id)

    async def _read(self, conversation: Conversation) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._heard.set()
            try:
                if not isinstance(text := message.get("text"), str):
                    raise FrameRefused("Binary frames are not supported")
                conversation.hear(parse_frame(text))
            except FrameRefused as refused:
                self.send(error_frame(refused))
        self._end(None)

    async def _write(self) -> None:
        try:
            while True:
                await self._websocket.send_text(await self._outbox.get())
        except WebSocketDisconnect:
            self._end(None)

    async def _watch(self) -> None:
        while True:
            if await self._heard_within(self._limits.activity_timeout_s):
                continue
            self.send(event_frame("pusher:ping", "{}"))
            if not await self._heard_within(self._limits.pong_timeout_s):
                self.close(NO_PONG)
                return

    async def _heard_within(self, limit_s: float) -> bool:
        self._heard.clear()
        try:
            async with asyncio.timeout(limit_s):
                await self._heard.wait()
        except TimeoutError:
            return False
        return True

    def _end(self, close: Close | None) -> None:
        if not self._ended.done():
            self._ended.set_result(close)


async def _close(websocket: WebSocket, close: Close) -> None:
    try:
        async with asyncio.timeout(CLOSE_PATIENCE_S):
            await websocket.close(close.code, close.reason)
    except (TimeoutError, WebSocketDisconnect, WebSocketDisconnected):
        log.info("close frame not taken code=%d", close.code)
