"""The local channel server, tested with Pusher's Python SDK."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pusher import Pusher
from pusher.errors import (
    PusherBadAuth,
    PusherBadRequest,
    PusherBadStatus,
    PusherForbidden,
)
from pusher.http import POST, Request

from local.pusher import Event, LocalPusher, Switches
from tests.contracts.pusher.pusher_stage import (
    APP_ID,
    Client,
    call,
    client_of,
    new_server,
    sdk_for,
    served,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    server: LocalPusher
    port: int
    sdk: Pusher


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    server = new_server()
    async with served(server) as port, sdk_for(port) as sdk:
        yield Stage(server=server, port=port, sdk=sdk)


# --- events --------------------------------------------------------------------------------------


async def test_a_triggered_event_reaches_the_listeners_of_each_channel_once(stage: Stage) -> None:
    async with client_of(stage.port) as listener:
        await listener.subscribe("one")
        await listener.subscribe("two")
        answer = await call(stage.sdk.trigger, ["one", "two", "three"], "said", {"text": "hé"})

        assert answer == {}
        heard = [await listener.hear(), await listener.hear()]
        assert heard == [
            {"event": "said", "channel": name, "data": {"text": "hé"}} for name in ("one", "two")
        ]
    assert stage.server.counts().published == 3
    assert stage.server.counts().delivered == 2
    assert stage.server.events("three") == [Event(name="said", data='{"text": "hé"}')]


async def test_events_arrive_in_the_order_of_their_triggers(stage: Stage) -> None:
    async with client_of(stage.port) as listener:
        await listener.subscribe("one")
        for number in range(5):
            await call(stage.sdk.trigger, "one", "counted", {"number": number})

        heard = [(await listener.hear())["data"]["number"] for _ in range(5)]
    assert heard == [0, 1, 2, 3, 4]


async def test_the_socket_that_caused_an_event_can_be_left_out(stage: Stage) -> None:
    async with client_of(stage.port) as causer, client_of(stage.port) as other:
        await causer.subscribe("one")
        await other.subscribe("one")
        await call(stage.sdk.trigger, "one", "first", {}, causer.socket_id)
        await call(stage.sdk.trigger, "one", "second", {})

        assert (await other.hear())["event"] == "first"
        assert (await causer.hear())["event"] == "second"


async def test_a_batch_arrives_whole(stage: Stage) -> None:
    batch = [{"channel": f"c{n}", "name": "n", "data": {"n": n}} for n in range(10)]
    assert await call(stage.sdk.trigger_batch, batch) == {}

    events = [stage.server.events(f"c{n}") for n in range(10)]
    assert events == [[Event(name="n", data=f'{{"n": {n}}}')] for n in range(10)]


async def test_one_bad_event_refuses_the_whole_batch(stage: Stage) -> None:
    good = {"channel": "good", "name": "n", "data": "{}"}
    long = {"channel": "c" * 165, "name": "n", "data": "{}"}

    with pytest.raises(PusherBadRequest, match="Invalid channel name"):
        await call(stage.sdk.trigger_batch, [good, long])
    with pytest.raises(PusherBadRequest, match="at most 10"):
        await call(stage.sdk.trigger_batch, [dict(good) for _ in range(11)])
    assert stage.server.counts().published == 0


async def test_what_is_asked_about_the_channels_comes_with_the_answer(stage: Stage) -> None:
    async with client_of(stage.port) as listener:
        await _join(stage, listener, "presence-a", "anna")
        events = [
            {"name": "n", "data": "{}", "channel": "presence-a", "info": "user_count"},
            {"name": "n", "data": "{}", "channel": "b", "info": "user_count,subscription_count"},
            {"name": "n", "data": "{}", "channel": "c"},
        ]
        answer = await call(stage.sdk.trigger_batch, events)

    assert answer == {"batch": [{"user_count": 1}, {"subscription_count": 0}, {}]}


# --- questions -----------------------------------------------------------------------------------


async def test_occupied_channels_are_told_with_their_users(stage: Stage) -> None:
    async with client_of(stage.port) as anna, client_of(stage.port) as bob:
        await anna.subscribe("public")
        await _join(stage, anna, "presence-a", "anna")
        await _join(stage, bob, "presence-a", "bob")

        assert await call(stage.sdk.channels_info) == {"channels": {"public": {}, "presence-a": {}}}
        counted = await call(stage.sdk.channels_info, "presence-", ["user_count"])
        assert counted == {"channels": {"presence-a": {"user_count": 2}}}
        one = await call(stage.sdk.channel_info, "presence-a", ["user_count", "subscription_count"])
        assert one == {"occupied": True, "user_count": 2, "subscription_count": 2}
        users = await call(stage.sdk.users_info, "presence-a")
        assert users == {"users": [{"id": "anna"}, {"id": "bob"}]}
    await stage.server.until(lambda: not stage.server.occupied())

    assert await call(stage.sdk.channel_info, "presence-a") == {"occupied": False}
    assert await call(stage.sdk.users_info, "presence-a") == {"users": []}


async def test_users_are_listed_for_presence_channels_only(stage: Stage) -> None:
    with pytest.raises(PusherBadRequest, match="presence channels"):
        await call(stage.sdk.users_info, "public")
    with pytest.raises(PusherBadRequest, match="presence channels"):
        await call(stage.sdk.channels_info, "pub", ["user_count"])
    with pytest.raises(PusherBadRequest, match="Unknown info attribute: weather"):
        await call(stage.sdk.channel_info, "public", ["weather"])


async def test_a_users_connections_can_be_ended(stage: Stage) -> None:
    async with client_of(stage.port) as anna, client_of(stage.port) as other:
        auth = stage.sdk.authenticate_user(anna.socket_id, {"id": "anna"})
        await anna.say("pusher:signin", auth)
        assert (await anna.hear())["event"] == "pusher:signin_success"
        # The SDK forgets the app in this one path, so its own request class is given the right one.
        path = f"/apps/{APP_ID}/users/anna/terminate_connections"
        request = Request(stage.sdk._pusher_client, POST, path, {})
        assert await call(stage.sdk._pusher_client.http.send_request, request) == {}

        await anna.websocket.wait_closed()
        assert anna.websocket.close_code == 4009
        assert (await other.subscribe("one"))["event"] == "pusher_internal:subscription_succeeded"


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"secret": "guessed"}, {"key": "other"}])
async def test_a_wrong_key_or_secret_is_a_bad_authentication(
    stage: Stage, changed: dict[str, str]
) -> None:
    async with sdk_for(stage.port, **changed) as stranger:
        with pytest.raises(PusherBadAuth):
            await call(stranger.trigger, "one", "n", {})
        with pytest.raises(PusherBadAuth):
            await call(stranger.channels_info)
    assert stage.server.counts().published == 0


async def test_another_apps_id_is_not_found(stage: Stage) -> None:
    async with sdk_for(stage.port, app_id="43") as stranger:
        with pytest.raises(PusherBadStatus, match="404: Unknown app_id 43"):
            await call(stranger.trigger, "one", "n", {})


async def test_more_than_ten_thousand_two_hundred_and_forty_bytes_are_too_large(
    stage: Stage,
) -> None:
    await call(stage.sdk.trigger, "one", "n", "ü" * 5_120)
    with pytest.raises(PusherBadStatus, match=r"413: .*10240 bytes"):
        await call(stage.sdk.trigger, "one", "n", "ü" * 5_121)


async def test_a_channel_name_that_only_the_sdk_finds_short_enough_is_refused(stage: Stage) -> None:
    await call(stage.sdk.trigger, "c" * 164, "n", {})
    with pytest.raises(PusherBadRequest, match="Invalid channel name"):
        await call(stage.sdk.trigger, "c" * 165, "n", {})


async def test_a_disabled_application_is_forbidden_until_it_is_enabled(stage: Stage) -> None:
    stage.server.switches = Switches(disabled=True)
    with pytest.raises(PusherForbidden):
        await call(stage.sdk.trigger, "one", "n", {})
    stage.server.switches = Switches()
    assert await call(stage.sdk.trigger, "one", "n", {}) == {}


async def test_a_request_from_another_hour_has_expired() -> None:
    server = new_server(wall_clock=lambda: time.time() + 3_600)
    async with served(server) as port, sdk_for(port) as sdk:
        with pytest.raises(PusherBadAuth, match=r"not within 600s of server time"):
            await call(sdk.trigger, "one", "n", {})


async def _join(stage: Stage, client: Client, channel: str, user_id: str) -> None:
    auth = stage.sdk.authenticate(channel, client.socket_id, {"user_id": user_id})
    joined = await client.subscribe(channel, **auth)
    assert joined["event"] == "pusher_internal:subscription_succeeded"
