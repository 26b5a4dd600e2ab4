"""A local channel server that speaks the Pusher Channels protocol.

    pusher = LocalPusher("1", "local-key", "local-secret")
    uvicorn.run(pusher.app, host="127.0.0.1", port=6001)

The HTTP API, the WebSocket protocol (version 7) and the limits are the vendor's; we test against
the vendor's own libraries. Not supported: encrypted channels, cache channels, watchlists. Nothing
is stored: a client that reconnects subscribes again and does not get the events it missed.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute

from local.pusher.api import ApiRoutes
from local.pusher.control import ControlRoutes
from local.pusher.conversation import Credentials
from local.pusher.hub import Counts, Event, Hub
from local.pusher.protocol import RECONNECT, Close
from local.pusher.sockets import SocketLimits, SocketRoutes
from local.pusher.switches import Failure, Switches
from local.pusher.webhooks import WebhookCounts, Webhooks, WebhookTimes

__all__ = [
    "Close",
    "Counts",
    "Event",
    "Failure",
    "LocalPusher",
    "SocketLimits",
    "Switches",
    "WebhookCounts",
    "WebhookTimes",
]


class LocalPusher:
    """One application of the channel server. Its `app` can be served, stopped and served again."""

    def __init__(
        self,
        app_id: str,
        key: str,
        secret: str,
        *,
        webhook: str | None = None,
        webhook_times: WebhookTimes | None = None,
        limits: SocketLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` measures rates and failures, `wall_clock` the age of signed requests.

        `webhook` is the URL to which webhooks are sent.
        """
        credentials = Credentials(app_id=app_id, key=key, secret=secret)
        self.webhooks = Webhooks(credentials, webhook_times or WebhookTimes(), wall_clock)
        self.webhook = webhook
        self._hub = Hub(clock, observe=self.webhooks.send)
        api = ApiRoutes(self._hub, credentials, wall_clock)
        control = ControlRoutes(self._hub, self.webhooks, self.drop_connections)
        sockets = SocketRoutes(self._hub, credentials, limits or SocketLimits(), clock)
        self.app = Starlette(
            routes=[
                Mount("/apps/{app_id}", routes=api.routes()),
                Mount("/_local", routes=control.routes()),
                WebSocketRoute("/app/{key}", sockets.connect),
                WebSocketRoute("/{path:path}", sockets.refuse_path),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.webhooks.running():
            yield

    @property
    def webhook(self) -> str | None:
        """The URL for webhooks; it can be set later, once everything is up."""
        return self.webhooks.url

    @webhook.setter
    def webhook(self, url: str | None) -> None:
        self.webhooks.url = url

    def occupied(self) -> dict[str, int]:
        """Return every channel with subscribers, and how many connections each has."""
        return self._hub.occupied()

    def counts(self) -> Counts:
        return self._hub.counts()

    def events(self, channel: str) -> list[Event]:
        """Return the last 200 events of a channel, including those that nobody received."""
        return list(self._hub.events.get(channel, ()))

    @property
    def switches(self) -> Switches:
        return self._hub.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self._hub.switch(switches)

    async def until(self, is_reached: Callable[[], bool]) -> None:
        """Wait until the condition holds; it is checked after each change in the server."""
        await self._hub.until(is_reached)

    async def drop_connections(self, close: Close = RECONNECT) -> int:
        """Close every connection, and return how many there were once all are closed."""
        peers = list(self._hub.peers.values())
        for peer in peers:
            peer.close(close)
        await self._hub.until(lambda: not any(peer.id in self._hub.peers for peer in peers))
        return len(peers)
