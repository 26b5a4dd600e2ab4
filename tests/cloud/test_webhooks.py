"""Verifying and parsing Pusher's webhooks."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brain.cloud.presence import ClientMessage, MemberChange, Occupied, Presence
from brain.cloud.pusher import PusherChannel, channel_names
from brain.cloud.redis.scripts import Keys
from brain.cloud.webhooks import WebhookReader
from brain.errors import SignatureRefused, WebhookUnreadable
from brain.settings import ChannelSettings
from local.pusher import WebhookTimes
from tests.contracts.pusher.pusher_stage import APP_ID, KEY, SECRET, client_of, new_server, served
from tests.local.qstash_stage import Destination
from tests.local.qstash_stage import served as destination_served

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOW_MS = 1_769_860_800_000
DIGEST = Keys.of("anna").user
PRIVATE, PRESENCE = channel_names("anna")


def settings_for(port: int = 1) -> ChannelSettings:
    return ChannelSettings(
        app_id=APP_ID, key=KEY, secret=SECRET, cluster=None, host="127.0.0.1", port=port, tls=False
    )


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read(body: bytes, *, now: datetime = NOW) -> tuple[Presence, ...]:
    return WebhookReader(settings_for()).read(body, key=KEY, signature=signature(body), now=now)


def webhook(*events: object, **changed: Any) -> bytes:
    return json.dumps({"time_ms": NOW_MS, "events": events} | changed).encode()


async def test_webhooks_of_the_channel_server_are_parsed() -> None:
    server, application = new_server(webhook_times=WebhookTimes(gone_s=0)), Destination()
    async with destination_served(application) as server.webhook, served(server) as port:
        channel = PusherChannel(settings_for(port))
        async with client_of(port) as page:
            for name in (PRIVATE, PRESENCE):
                auth = channel.sign(page.socket_id, name, user_id="anna")
                assert auth is not None
                await page.subscribe(name, **auth)
            await page.say("client-heard", {"seq": 3}, channel=PRESENCE)
            await application.has(4)
        calls = await application.has(7)
    reader = WebhookReader(settings_for())
    told: list[Presence] = []
    for call in calls:
        key, signed = (call.headers[f"x-pusher-{name}"] for name in ("key", "signature"))
        told += reader.read(call.body, key=key, signature=signed, now=datetime.now(UTC))
    assert {each.user_hash for each in told} == {DIGEST}
    assert [type(each) for each in told].count(Occupied) == 4
    [came, went] = [each for each in told if isinstance(each, MemberChange)]
    assert (came.is_present, went.is_present) == (True, False)
    assert came.member == went.member == f"{DIGEST}.{page.socket_id}"
    [said] = [each for each in told if isinstance(each, ClientMessage)]
    assert (said.event, said.data, said.member) == ("client-heard", '{"seq": 3}', came.member)


def test_every_kind_of_event_has_its_value() -> None:
    member = f"{DIGEST}.1.2"
    said = {"event": "client-a", "data": "{}", "socket_id": "1.2"}
    body = webhook(
        {"name": "channel_occupied", "channel": PRIVATE},
        {"name": "channel_vacated", "channel": PRESENCE},
        {"name": "member_added", "channel": PRESENCE, "user_id": member},
        {"name": "member_removed", "channel": PRESENCE, "user_id": member},
        {"name": "client_event", "channel": PRIVATE, **said},
        {"name": "client_event", "channel": PRESENCE, "user_id": member, **said},
    )
    about: dict[str, Any] = {"user_hash": DIGEST, "at_ms": NOW_MS}
    spoken = about | {"event": "client-a", "data": "{}", "socket_id": "1.2"}
    assert read(body) == (
        Occupied(**about, channel="private", is_occupied=True),
        Occupied(**about, channel="presence", is_occupied=False),
        MemberChange(**about, member=member, is_present=True),
        MemberChange(**about, member=member, is_present=False),
        ClientMessage(**spoken, member=None),
        ClientMessage(**spoken, member=member),
    )


@pytest.mark.parametrize(
    "event",
    [
        {"name": "cache_miss", "channel": PRIVATE},
        {"name": "of_next_year"},
        {"name": "channel_occupied", "channel": "public"},
        {"name": "channel_occupied", "channel": "private-user-short"},
        {"name": "channel_occupied", "channel": f"{PRIVATE}0"},
        {"name": "channel_occupied", "channel": PRIVATE.upper()},
        {"name": "channel_occupied", "channel": f"cache-{PRIVATE}"},
    ],
)
def test_events_of_other_channels_are_ignored(event: dict[str, str]) -> None:
    assert read(webhook(event)) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b"{}",
        webhook(time_ms="soon"),
        webhook(time_ms=True),
        webhook(time_ms=float(NOW_MS)),
        webhook(events={}),
        webhook("private words"),
        webhook({"channel": PRIVATE}),
        webhook({"name": 7, "channel": PRIVATE}),
        webhook({"name": "channel_occupied"}),
        webhook({"name": "channel_occupied", "channel": ["private words"]}),
        webhook({"name": "member_added", "channel": PRESENCE}),
        webhook({"name": "client_event", "channel": PRIVATE, "event": "client-a", "data": "{}"}),
        webhook(
            {
                "name": "client_event",
                "channel": PRIVATE,
                "event": "client-a",
                "data": {"private": "words"},
                "socket_id": "1.2",
            }
        ),
        webhook(
            {
                "name": "client_event",
                "channel": PRIVATE,
                "event": "client-a",
                "data": "{}",
                "socket_id": "1.2",
                "user_id": None,
            }
        ),
    ],
)
def test_an_unexpected_body_is_unreadable_and_not_quoted(body: bytes) -> None:
    with pytest.raises(WebhookUnreadable) as error:
        read(body)
    assert "private words" not in str(error.value)


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        ("another-key", signature(webhook())),
        (None, signature(webhook())),
        (KEY, None),
        (KEY, ""),
        (KEY, "grüße"),
        (KEY, signature(webhook(), "another-secret")),
        (KEY, signature(webhook({}))),
        (KEY, signature(webhook()).upper()),
    ],
)
def test_a_webhook_with_an_invalid_signature_is_refused(
    key: str | None, signed: str | None
) -> None:
    with pytest.raises(SignatureRefused) as error:
        WebhookReader(settings_for()).read(webhook(), key=key, signature=signed, now=NOW)
    assert SECRET not in str(error.value)


def test_an_extreme_time_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="too far from now"):
        read(webhook(time_ms=10**400))


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_difference_of_up_to_five_minutes_is_tolerated(minutes: int) -> None:
    off = timedelta(minutes=minutes)
    assert read(webhook(), now=NOW + off) == ()
    with pytest.raises(SignatureRefused, match="too far from now"):
        read(webhook(), now=NOW + off + timedelta(seconds=minutes / 5))


def test_a_body_is_parsed_only_after_its_signature_was_verified() -> None:
    with pytest.raises(SignatureRefused):
        WebhookReader(settings_for()).read(b"{", key=KEY, signature="forged", now=NOW)
