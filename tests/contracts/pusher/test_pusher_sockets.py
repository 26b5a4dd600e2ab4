"""The WebSocket protocol of the local channel server, frame by frame, as documented."""

from __future__ import annotations

import json
import socket

import pytest
from pusher import Pusher
from websockets.asyncio.client import connect

from local.pusher import LocalPusher, SocketLimits, Switches
from tests.contracts.pusher.pusher_stage import (
    KEY,
    Client,
    call,
    client_of,
    close_code,
    new_server,
    sdk_for,
    served,
)


async def test_a_client_is_greeted_with_its_socket_id_and_the_activity_timeout() -> None:
    async with (
        served(new_server()) as port,
        connect(f"ws://127.0.0.1:{port}/app/{KEY}?protocol=7") as websocket,
    ):
        greeting = json.loads(await websocket.recv())
        data = json.loads(greeting["data"])

    assert greeting["event"] == "pusher:connection_established"
    assert [part.isdigit() for part in data["socket_id"].split(".")] == [True, True]
    assert data["activity_timeout"] == 120


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/unknown?protocol=7", 4001),
        ("/", 4005),
        (f"/apps/{KEY}?protocol=7", 4005),
        (f"/app/{KEY}?protocol=x", 4006),
        (f"/app/{KEY}?protocol=99", 4007),
        (f"/app/{KEY}", 4008),
    ],
)
async def test_the_close_code_explains_a_rejected_connection(path: str, code: int) -> None:
    async with served(new_server()) as port, connect(f"ws://127.0.0.1:{port}{path}") as websocket:
        assert await close_code(websocket) == code


async def test_a_disabled_application_and_an_exhausted_quota_differ() -> None:
    server = new_server(limits=SocketLimits(connections=1))
    async with served(server) as port, client_of(port):
        url = f"ws://127.0.0.1:{port}/app/{KEY}?protocol=7"
        async with connect(url) as second:
            assert await close_code(second) == 4004
        server.switches = Switches(disabled=True)
        async with connect(url) as third:
            assert await close_code(third) == 4003


async def test_a_ping_is_answered() -> None:
    async with served(new_server()) as port, client_of(port) as client:
        await client.say("pusher:ping", {})

        assert await client.hear() == {"event": "pusher:pong", "data": {}}


async def test_a_silent_client_is_asked_and_closed_when_it_does_not_answer() -> None:
    limits = SocketLimits(activity_timeout_s=0.05, pong_timeout_s=0.05)
    async with served(new_server(limits=limits)) as port, client_of(port) as client:
        assert await client.hear() == {"event": "pusher:ping", "data": {}}
        assert await close_code(client.websocket) == 4201


async def test_a_silent_client_that_answers_stays() -> None:
    limits = SocketLimits(activity_timeout_s=0.05, pong_timeout_s=20)
    async with served(new_server(limits=limits)) as port, client_of(port) as client:
        for _ in range(3):
            assert (await client.hear())["event"] == "pusher:ping"
            await client.say("pusher:pong", {})
        assert (await client.subscribe("one"))["event"] == "pusher_internal:subscription_succeeded"


async def test_the_sdks_signature_opens_a_private_channel_to_this_socket_only() -> None:
    server = new_server()
    async with (
        served(server) as port,
        sdk_for(port) as sdk,
        client_of(port) as anna,
        client_of(port) as thief,
    ):
        auth = sdk.authenticate("private-anna", anna.socket_id)

        granted = await anna.subscribe("private-anna", **auth)
        refused = await thief.subscribe("private-anna", **auth)
        assert granted["event"] == "pusher_internal:subscription_succeeded"
        assert refused["event"] == "pusher:error"
        assert refused["data"]["code"] is None
        assert refused["data"]["message"].startswith("Invalid signature: Expected HMAC SHA256")
        assert server.occupied() == {"private-anna": 1}


@pytest.mark.parametrize("frame", ["{", "7", '{"event": "pusher:subscribe"}', b"binary"])
async def test_a_frame_that_makes_no_sense_is_an_error_and_the_connection_stays(
    frame: str | bytes,
) -> None:
    async with served(new_server()) as port, client_of(port) as client:
        await client.websocket.send(frame)

        assert (await client.hear())["event"] == "pusher:error"
        assert (await client.subscribe("one"))["event"] == "pusher_internal:subscription_succeeded"


async def test_the_eleventh_client_event_of_a_second_is_refused_and_the_ten_arrive() -> None:
    server = new_server(clock=lambda: 0.0)
    async with (
        served(server) as port,
        client_of(port) as sender,
        client_of(port) as listener,
        sdk_for(port) as sdk,
    ):
        for client in (sender, listener):
            await client.subscribe("private-a", **sdk.authenticate("private-a", client.socket_id))
        for number in range(11):
            await sender.say("client-typed", {"number": number}, channel="private-a")

        error = await sender.hear()
        assert (error["event"], error["data"]["code"]) == ("pusher:error", 4301)
        heard = [(await listener.hear())["data"]["number"] for _ in range(10)]
        assert heard == list(range(10))
        assert server.counts().delivered == 10


async def test_a_slow_reader_is_closed_and_the_others_miss_nothing() -> None:
    server = new_server(limits=SocketLimits(send_queue=20))
    async with served(server) as port, sdk_for(port) as sdk, client_of(port) as quick:
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(("127.0.0.1", port))
        lazy.setblocking(False)
        async with client_of(port, sock=lazy, max_queue=1) as slow:
            for client in (quick, slow):
                await client.subscribe("one")
            sent = await _trigger_until_closed(sdk, server, quick)
            assert await close_code(slow.websocket) == 4100
        assert server.counts().dropped == 0
        assert sent > 20


async def test_all_connections_can_be_dropped_at_once() -> None:
    server = new_server()
    async with served(server) as port, client_of(port) as one, client_of(port) as two:
        await one.subscribe("one")

        assert await server.drop_connections() == 2
        assert await close_code(one.websocket) == await close_code(two.websocket) == 4200
        assert server.occupied() == {}
        assert server.counts().connections == 0


async def test_the_same_app_can_be_served_again_after_its_server_stopped() -> None:
    server = new_server()
    async with served(server) as port, client_of(port) as client:
        await client.subscribe("one")
    assert server.counts().connections == 0
    async with served(server, port) as again, client_of(again) as client, sdk_for(again) as sdk:
        await client.subscribe("one")
        await call(sdk.trigger, "one", "back", {})

        assert (await client.hear())["event"] == "back"


async def _trigger_until_closed(sdk: Pusher, server: LocalPusher, quick: Client) -> int:
    """Sends large events, each heard by the quick client, until the slow one's queue is full."""
    number = 0
    while server.counts().connections == 2:
        await call(sdk.trigger, "one", "counted", {"number": number, "ballast": "x" * 9_000})
        assert (await quick.hear())["data"]["number"] == number
        number += 1
    return number
