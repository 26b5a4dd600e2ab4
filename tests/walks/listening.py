"""A client that only listens on the channel, using the protocol of the channel server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect

from brain.cloud.pusher import channel_names
from tests.walks.conftest import Json, Person, Town


@asynccontextmanager
async def listening(town: Town, person: Person) -> AsyncIterator[ClientConnection]:
    """Subscribe to the person's own channel, and wait until the brain knows.

    When the block ends, the subscription ends, and the brain knows that too.
    """
    env, webhooks = town.stack.services.env, town.stack.services.pusher.webhooks
    told = webhooks.counts.sent
    channel, _ = channel_names(person.id)
    at = f"ws://{env['PUSHER_HOST']}:{env['PUSHER_PORT']}/app/{env['PUSHER_KEY']}?protocol=7"
    async with connect(at, proxy=None) as socket:
        greeting = json.loads((await next_frame(socket))["data"])
        asked = {"socket_id": greeting["socket_id"], "channel_name": channel}
        signed = (await person.post("/api/pusherAuth", asked)).raise_for_status().json()
        subscribe = {"event": "pusher:subscribe", "data": {"channel": channel, **signed}}
        await socket.send(json.dumps(subscribe))
        subscribed = await next_frame(socket)
        assert subscribed["event"] == "pusher_internal:subscription_succeeded", subscribed
        await webhooks.until(lambda counts: counts.sent > told)
        told = webhooks.counts.sent
        yield socket
    await webhooks.until(lambda counts: counts.sent > told)


async def next_frame(socket: ClientConnection) -> Json:
    """Return the next frame from the server."""
    return dict(json.loads(await socket.recv()))


async def next_message(socket: ClientConnection) -> Json:
    """Return the next message of the brain."""
    while True:
        frame = await next_frame(socket)
        if frame["event"] == "message":
            return dict(json.loads(frame["data"]))
