"""The channel server's webhooks, verified by Pusher's Python SDK."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pusher import Pusher

from local.pusher import LocalPusher, WebhookCounts, WebhookTimes
from tests.contracts.pusher.pusher_stage import KEY, Client, client_of, new_server, sdk_for, served
from tests.local.qstash_stage import Destination, Received, status
from tests.local.qstash_stage import served as destination_served

AT_ONCE = WebhookTimes(gone_s=0, first_pause_s=0.01, give_up_s=0.05)
PATIENT = WebhookTimes(gone_s=600, first_pause_s=0.01)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    server: LocalPusher
    port: int
    sdk: Pusher
    application: Destination

    async def told(self, count: int) -> list[dict[str, Any]]:
        """The first `count` events, as parsed by the SDK."""
        return [self._event(each) for each in await self.application.has(count)]

    def _event(self, received: Received) -> dict[str, Any]:
        key, signature = (received.headers[f"x-pusher-{name}"] for name in ("key", "signature"))
        webhook = self.sdk.validate_webhook(key, signature, received.body.decode())
        assert webhook is not None
        [event] = webhook["events"]
        assert isinstance(event, dict)
        return event

    async def join(self, client: Client, channel: str, user_id: str | None = None) -> None:
        member = {"user_id": user_id} if user_id else None
        auth = self.sdk.authenticate(channel, client.socket_id, member)
        joined = await client.subscribe(channel, **auth)
        assert joined["event"] == "pusher_internal:subscription_succeeded"


@asynccontextmanager
async def staged(times: WebhookTimes) -> AsyncIterator[Stage]:
    server, application = new_server(webhook_times=times), Destination()
    async with (
        destination_served(application) as url,
        served(server) as port,
        sdk_for(port) as sdk,
    ):
        server.webhook = f"{url}/api/websocketToBrain"
        yield Stage(server=server, port=port, sdk=sdk, application=application)
        application.gate.set()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(AT_ONCE) as stage:
        yield stage


async def test_webhooks_report_a_channel_from_its_first_listener_to_its_last(stage: Stage) -> None:
    async with client_of(stage.port) as anna, client_of(stage.port) as bert:
        await stage.join(anna, "presence-a", "anna")
        await stage.join(bert, "presence-a", "bert")
        told = await stage.told(3)
    assert told == [
        {"name": "channel_occupied", "channel": "presence-a"},
        {"name": "member_added", "channel": "presence-a", "user_id": "anna"},
        {"name": "member_added", "channel": "presence-a", "user_id": "bert"},
    ]
    gone = (await stage.told(6))[3:]
    assert gone[0]["name"] == gone[1]["name"] == "member_removed"
    assert {event.get("user_id") for event in gone[:2]} == {"anna", "bert"}
    assert gone[2] == {"name": "channel_vacated", "channel": "presence-a"}


async def test_a_webhook_is_posted_as_json_under_the_applications_key(stage: Stage) -> None:
    async with client_of(stage.port) as anna:
        await anna.subscribe("public")
        [received] = await stage.application.has(1)
    assert (received.method, received.path) == ("POST", "/api/websocketToBrain")
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-pusher-key"] == KEY
    assert set(json.loads(received.body)) == {"time_ms", "events"}


async def test_a_client_event_is_reported_with_its_sender(stage: Stage) -> None:
    async with client_of(stage.port) as anna:
        await stage.join(anna, "presence-a", "anna")
        await anna.say("client-typed", {"text": "ü"}, channel="presence-a")
        said_as_member = (await stage.told(3))[2]
        await stage.join(anna, "private-a")
        await anna.say("client-typed", "as text", channel="private-a")
        said_alone = (await stage.told(5))[4]
    assert said_as_member == {
        "name": "client_event",
        "channel": "presence-a",
        "event": "client-typed",
        "data": json.dumps({"text": "ü"}),
        "socket_id": anna.socket_id,
        "user_id": "anna",
    }
    assert said_alone["data"] == "as text"
    assert "user_id" not in said_alone


async def test_a_quick_reconnection_is_not_reported() -> None:
    async with staged(PATIENT) as stage:
        async with client_of(stage.port) as anna:
            await stage.join(anna, "presence-a", "anna")
        await stage.server.until(lambda: not stage.server.occupied())
        async with client_of(stage.port) as again:
            await stage.join(again, "presence-a", "anna")
            await stage.join(again, "presence-b", "anna")
            told = await stage.told(4)
    assert [event["channel"] for event in told] == ["presence-a"] * 2 + ["presence-b"] * 2


async def test_a_webhook_that_is_not_taken_is_sent_again_and_the_next_ones_wait() -> None:
    async with staged(PATIENT) as stage, client_of(stage.port) as anna:
        stage.application.answers = [status(500), status(302), status(404), status(200)]
        await stage.join(anna, "presence-a", "anna")
        told = await stage.told(5)
        first, *_, last = await stage.application.has(4)
    assert [event["name"] for event in told] == ["channel_occupied"] * 4 + ["member_added"]
    assert first.body == last.body


async def test_another_channels_webhooks_do_not_wait() -> None:
    async with staged(PATIENT) as stage, client_of(stage.port) as anna:
        stage.application.gate.clear()
        await anna.subscribe("one")
        await stage.told(1)
        await anna.subscribe("two")
        assert [event["channel"] for event in await stage.told(2)] == ["one", "two"]


async def test_a_webhook_that_is_never_accepted_is_abandoned(stage: Stage) -> None:
    stage.application.answers = [status(500)]
    async with client_of(stage.port) as anna:
        await anna.subscribe("one")
        await stage.server.webhooks.until(lambda now: now.given_up == 1)
        stage.application.answers = [status(200)]
        await anna.subscribe("two")
        await stage.server.webhooks.until(lambda now: now.sent == 1)
    assert stage.server.webhooks.counts.waiting == 0


async def test_an_application_that_does_not_answer_in_time_has_not_taken_it() -> None:
    async with staged(WebhookTimes(answer_s=0.05, first_pause_s=0.01)) as stage:
        stage.application.gate.clear()
        async with client_of(stage.port) as anna:
            await anna.subscribe("one")
            assert [event["channel"] for event in await stage.told(2)] == ["one", "one"]


async def test_an_unreachable_application_gets_its_webhooks_later() -> None:
    application = Destination()
    async with destination_served(application) as gone:
        pass
    server = new_server(webhook=gone, webhook_times=PATIENT)
    async with served(server) as port, client_of(port) as anna:
        await anna.subscribe("one")
        await server.webhooks.until(lambda now: now.waiting == 1)
        async with destination_served(application) as url:
            server.webhook = url
            [received] = await application.has(1)
            await server.webhooks.until(lambda now: now.sent == 1)
    assert json.loads(received.body)["events"][0]["channel"] == "one"


async def test_no_more_wait_than_the_bound() -> None:
    async with staged(WebhookTimes(most_waiting=2)) as stage:
        stage.application.gate.clear()
        async with client_of(stage.port) as anna:
            for name in ("one", "two", "three"):
                await anna.subscribe(name)
            counts = stage.server.webhooks.counts
            assert counts == WebhookCounts(sent=0, given_up=1, waiting=2)
            stage.application.gate.set()
            await stage.server.webhooks.until(lambda now: now.sent == 2)


async def test_without_an_address_no_webhook_is_sent(stage: Stage) -> None:
    stage.server.webhook = None
    async with client_of(stage.port) as anna:
        await anna.subscribe("one")
        assert stage.server.webhooks.counts == WebhookCounts()


async def test_the_end_of_the_server_is_the_end_of_what_waits() -> None:
    application = Destination()
    application.gate.clear()
    server = new_server(webhook_times=PATIENT)
    async with destination_served(application) as url:
        server.webhook = url
        async with served(server) as port:
            async with client_of(port) as anna:
                for name in ("one", "two"):
                    await anna.subscribe(name)
                await application.has(1)
            await server.until(lambda: not server.occupied())
        application.gate.set()
    assert server.webhooks.counts == WebhookCounts()
