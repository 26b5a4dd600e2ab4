"""The channel: publishing events and signing subscriptions."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import respx
from msgspec.structs import replace

from brain.cloud.pusher import PusherChannel, channel_names
from brain.codec import dumps
from brain.errors import ChannelUnreachable
from brain.run.messages import Kind, Message
from brain.run.records import CHANNEL_BYTES, entry_for_channel
from brain.settings import ChannelSettings
from local.faults import Fault, FaultInjector
from local.pusher import LocalPusher
from tests.cloud.connections import CountConnections
from tests.contracts.pusher.pusher_stage import APP_ID, KEY, SECRET, client_of, new_server
from tests.local.serving import served

PRIVATE, PRESENCE = channel_names("anna")


def settings_for(port: int, **changed: Any) -> ChannelSettings:
    settings = ChannelSettings(
        app_id=APP_ID,
        key=KEY,
        secret=SECRET,
        cluster=None,
        host="127.0.0.1",
        port=port,
        tls=False,
    )
    return replace(settings, **changed)


def message(text: str) -> Message:
    return Message(
        id="m1",
        seq=2,
        kind=Kind.SAY,
        text=text,
        done_after_this=True,
        run_id="r1",
        answers_seq=1,
        created_at=datetime(2026, 1, 31, tzinfo=UTC),
    )


@dataclass(frozen=True)
class Stage:
    channel: PusherChannel
    server: LocalPusher
    faults: FaultInjector
    connections: list[object]
    port: int

    def published(self) -> list[tuple[str, Any]]:
        return [(event.name, json.loads(event.data)) for event in self.server.events(PRIVATE)]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    server, connections = new_server(), list[object]()
    faults = FaultInjector(server.app)
    async with served(CountConnections(faults, connections)) as url:
        port = int(url.rpartition(":")[2])
        async with aclosing(PusherChannel(settings_for(port))) as channel:
            yield Stage(
                channel=channel,
                server=server,
                faults=faults,
                connections=connections,
                port=port,
            )
            faults.clear()


async def test_an_event_is_heard_on_the_users_private_channel(stage: Stage) -> None:
    async with client_of(stage.port) as page:
        auth = stage.channel.sign(page.socket_id, PRIVATE, user_id="anna")
        assert auth is not None
        assert (await page.subscribe(PRIVATE, **auth))["event"].endswith("subscription_succeeded")
        await stage.channel.publish("anna", "message", {"text": "Grüße 👋"})
        heard = await page.hear()
    assert (heard["event"], heard["data"]) == ("message", {"text": "Grüße 👋"})


async def test_each_page_joins_the_presence_channel_as_a_member_without_the_user_id(
    stage: Stage,
) -> None:
    digest, ids = PRESENCE.removeprefix("presence-user-"), []
    async with client_of(stage.port) as one, client_of(stage.port) as two:
        for page in (one, two):
            auth = stage.channel.sign(page.socket_id, PRESENCE, user_id="anna")
            assert auth is not None
            joined = await page.subscribe(PRESENCE, **auth)
            ids.append(f"{digest}.{page.socket_id}")
            assert joined["data"]["presence"]["ids"] == ids
            assert "anna" not in str(joined)


@pytest.mark.parametrize("channel", [*channel_names("bert"), "public", "private-user-", ""])
def test_a_channel_that_is_not_the_users_is_not_signed(channel: str) -> None:
    assert PusherChannel(settings_for(1)).sign("1.2", channel, user_id="anna") is None


@pytest.mark.parametrize("socket_id", ["", "1", "1.2:", "1.2\n", "a.b", "1.2:private-user-x"])
def test_an_invalid_socket_id_is_not_signed(socket_id: str) -> None:
    for channel in (PRIVATE, PRESENCE):
        with pytest.raises(ValueError, match="socket"):
            PusherChannel(settings_for(1)).sign(socket_id, channel, user_id="anna")


def test_channel_names_use_allowed_characters_and_differ_per_user() -> None:
    names = {
        name
        for user in ("anna", "Anna", "ä@b.example/x", "x" * 256)
        for name in channel_names(user)
    }
    assert len(names) == 8
    for name in names:
        assert len(name) <= 164
        assert name.replace("-", "").isalnum()


@pytest.mark.parametrize("filler", ["x", "𠀀", "ä"])
async def test_the_largest_message_is_published_whole_whatever_its_letters(
    stage: Stage, filler: str
) -> None:
    empty = len(dumps(entry_for_channel(message(""))).encode())
    room = CHANNEL_BYTES - empty
    text = filler + "x" * (room - len(filler.encode()))
    wire = entry_for_channel(message(text))
    assert len(dumps(wire).encode()) == CHANNEL_BYTES
    await stage.channel.publish("anna", "message", wire)
    assert stage.published() == [("message", wire)]


async def test_a_larger_message_goes_without_its_text(stage: Stage) -> None:
    wire = entry_for_channel(message("x" * CHANNEL_BYTES))
    await stage.channel.publish("anna", "message", wire)
    [(_, data)] = stage.published()
    assert data["truncated"] is True
    assert "text" not in data


async def test_several_events_share_one_connection(stage: Stage) -> None:
    for i in range(3):
        await stage.channel.publish("anna", "message", {"i": i})
    assert [data["i"] for _, data in stage.published()] == [0, 1, 2]
    assert len(stage.connections) == 3
    assert len(set(stage.connections)) == 1


async def test_two_concurrent_first_events_are_both_published(stage: Stage) -> None:
    await asyncio.gather(*(stage.channel.publish("anna", "message", {"i": i}) for i in range(2)))
    assert {data["i"] for _, data in stage.published()} == {0, 1}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="refuse"),
        Fault(kind="refuse", status=0),
        Fault(kind="lose"),
        Fault(kind="html"),
        Fault(kind="status", status=400),
        Fault(kind="status", status=401),
        Fault(kind="status", status=403),
        Fault(kind="status", status=413),
        Fault(kind="status", status=200, text="not JSON"),
    ],
)
async def test_a_rejected_event_is_an_outage_and_is_not_retried(stage: Stage, fault: Fault) -> None:
    stage.faults.add(fault)
    with pytest.raises(ChannelUnreachable) as error:
        await stage.channel.publish("anna", "message", {"text": "private"})
    assert "private" not in str(error.value)
    assert len(stage.connections) == 1
    await stage.channel.publish("anna", "message", {"text": "next"})


async def test_a_hanging_channel_fails_within_the_limit(stage: Stage) -> None:
    armed = stage.faults.add(Fault(kind="hang"))
    with pytest.raises(ChannelUnreachable):
        await stage.channel.publish("anna", "message", {})
    assert armed.is_spent


async def test_a_wrong_secret_is_an_outage(stage: Stage) -> None:
    stranger = PusherChannel(settings_for(stage.port, secret="another"))
    async with aclosing(stranger):
        with pytest.raises(ChannelUnreachable):
            await stranger.publish("anna", "message", {})
    assert stage.published() == []


async def test_the_vendors_own_servers_are_found_by_the_cluster() -> None:
    settings = replace(settings_for(0), host=None, port=None, cluster="eu", tls=True)
    async with respx.mock as wire, aclosing(PusherChannel(settings)) as channel:
        route = wire.post(host="api-eu.pusher.com", path=f"/apps/{APP_ID}/events").respond(json={})
        await channel.publish("anna", "message", {"text": "Hi"})
    request = route.calls.last.request
    assert request.url.scheme == "https"
    assert json.loads(request.content)["channels"] == [PRIVATE]


def test_each_event_loop_has_its_own_connection() -> None:
    async def publish(channel: PusherChannel) -> object:
        await channel.publish("anna", "message", {})
        return channel._client.http._http

    with respx.mock as wire:
        wire.post(path=f"/apps/{APP_ID}/events").respond(json={})
        channel = PusherChannel(settings_for(1))
        assert asyncio.run(publish(channel)) is not asyncio.run(publish(channel))


async def test_closing_a_channel_that_only_signed_does_nothing() -> None:
    channel = PusherChannel(settings_for(1))
    await channel.aclose()
    channel.sign("1.2", PRIVATE, user_id="anna")
    await channel.aclose()
