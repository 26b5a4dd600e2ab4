"""POST /api/websocketToBrain, over HTTP: the webhooks of the channel's server."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from brain.cloud.pusher import channel_names
from brain.cloud.redis.scripts import Keys
from brain.cloud.webhooks import MAX_AGE_MS
from brain.events.model import Event
from brain.http.edge import MAX_BODY_BYTES
from brain.notices.deciding import notice_of
from brain.notices.redis import RedisNoticeBoard
from local.faults import Fault
from tests.routes.stage import KEY, SECRET, Deployment, Json, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/websocketToBrain"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def webhook(*events: Json, at_ms: int | None = None, **changed: Any) -> bytes:
    return json.dumps({"time_ms": at_ms or now_ms(), "events": events} | changed).encode()


def occupied(user: User) -> Json:
    return {"name": "channel_occupied", "channel": channel_names(user.id)[0]}


def vacated(user: User) -> Json:
    return {"name": "channel_vacated", "channel": channel_names(user.id)[0]}


async def told(
    deployment: Deployment, body: bytes, *, secret: str = SECRET, **headers: str | None
) -> httpx.Response:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = {"x-pusher-key": KEY, "x-pusher-signature": signature} | {
        f"x-pusher-{name}": value for name, value in headers.items()
    }
    sent = {name: value for name, value in given.items() if value is not None}
    return await deployment.http.post(PATH, content=body, headers=sent)


async def is_subscribed(user: User) -> bool:
    store = user.deployment.functions.wirings["/api/status"].store
    return (await store.status(user.id)).is_subscribed


async def test_subscribing_to_and_leaving_the_channel_is_recorded(
    deployment: Deployment, user: User
) -> None:
    seen = [await is_subscribed(user)]
    for event in (occupied(user), vacated(user), occupied(user)):
        answer = await told(deployment, webhook(event))
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
        seen.append(await is_subscribed(user))
    assert seen == [False, True, False, True]


async def test_the_last_of_several_events_counts_for_each_user(
    deployment: Deployment, user: User
) -> None:
    other = deployment.user()
    events = (occupied(user), occupied(other), vacated(user), {"name": "cache_miss", "channel": ""})
    assert (await told(deployment, webhook(*events))).status_code == 200
    assert (await is_subscribed(user), await is_subscribed(other)) == (False, True)


async def test_late_or_repeated_reports_change_nothing(deployment: Deployment, user: User) -> None:
    at_ms = now_ms()
    for at, event in ((0, vacated), (-5000, occupied), (-9000, occupied), (0, vacated)):
        assert (await told(deployment, webhook(event(user), at_ms=at_ms + at))).status_code == 200
        assert not await is_subscribed(user)
    await told(deployment, webhook(occupied(user), at_ms=at_ms + 1))
    await told(deployment, webhook(vacated(user), at_ms=at_ms))
    assert await is_subscribed(user)


@pytest.mark.parametrize(
    "headers",
    [
        {"signature": None},
        {"signature": ""},
        {"signature": "0" * 64},
        {"key": None},
        {"key": "another-key"},
        {"secret": "another-secret"},
    ],
)
async def test_an_invalid_signature_is_401_and_changes_nothing(
    deployment: Deployment, user: User, headers: dict[str, Any]
) -> None:
    answer = await told(deployment, webhook(occupied(user)), **headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert not await is_subscribed(user)


async def test_a_signature_for_another_body_is_401(deployment: Deployment, user: User) -> None:
    of_another = hmac.new(SECRET.encode(), webhook(), hashlib.sha256).hexdigest()
    answer = await told(deployment, webhook(occupied(user)), signature=of_another)
    assert (answer.status_code, await is_subscribed(user)) == (401, False)


@pytest.mark.parametrize("off_ms", [-MAX_AGE_MS - 5000, MAX_AGE_MS + 5000])
async def test_a_signature_of_another_time_is_401(
    deployment: Deployment, user: User, off_ms: int
) -> None:
    answer = await told(deployment, webhook(occupied(user), at_ms=now_ms() + off_ms))
    assert (answer.status_code, await is_subscribed(user)) == (401, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "the body is not valid JSON"),
        ("[]", "the body is not an object"),
        ('{"time_ms": "now", "events": []}', "time_ms is not a whole number"),
        ('{"time_ms": NOW, "events": {}}', "events is not a list"),
        ('{"time_ms": NOW, "events": ["x"]}', "an event is not an object"),
        ('{"time_ms": NOW, "events": [{"name": 7}]}', "name of an event is not a text"),
    ],
)
async def test_an_invalid_signed_body_is_422_and_names_the_field(
    deployment: Deployment, body: str, said: str
) -> None:
    answer = await told(deployment, body.replace("NOW", str(now_ms())).encode())
    assert (answer.status_code, answer.json()["detail"]) == (422, said)


async def test_a_body_that_is_too_long_is_413(deployment: Deployment) -> None:
    assert (await told(deployment, b" " * (MAX_BODY_BYTES + 1))).status_code == 413


async def test_presence_channel_members_do_not_count_as_listening(
    deployment: Deployment, user: User
) -> None:
    presence, member = channel_names(user.id)[1], f"{Keys.of(user.id).user}.1.2"
    events = (
        {"name": "channel_occupied", "channel": presence},
        {"name": "member_added", "channel": presence, "user_id": member},
    )
    assert (await told(deployment, webhook(*events))).status_code == 200
    assert not await is_subscribed(user)
    await told(deployment, webhook(occupied(user)))
    gone = (
        {"name": "member_removed", "channel": presence, "user_id": member},
        {"name": "channel_vacated", "channel": presence},
    )
    assert (await told(deployment, webhook(*gone))).status_code == 200
    assert await is_subscribed(user)


@pytest.mark.parametrize("channel", ["public", "private-user-x", f"private-user-{'G' * 32}", ""])
async def test_a_channel_of_no_user_is_ignored(
    deployment: Deployment, user: User, channel: str
) -> None:
    event = {"name": "channel_occupied", "channel": channel}
    assert (await told(deployment, webhook(event, occupied(user)))).status_code == 200
    assert await is_subscribed(user)


@pytest.mark.parametrize("whose", ["own", "another's", None])
async def test_a_client_message_changes_nothing_and_is_not_logged(
    deployment: Deployment, user: User, caplog: pytest.LogCaptureFixture, whose: str | None
) -> None:
    digest = Keys.of(user.id).user if whose == "own" else "0" * 32
    said: Json = {
        "name": "client_event",
        "channel": channel_names(user.id)[1],
        "event": "client-say",
        "data": '{"text":"my private words"}',
        "socket_id": "1.2",
    }
    if whose:
        said["user_id"] = f"{digest}.1.2"
    before = (await user.get("/api/status")).json()
    assert (await told(deployment, webhook(said))).status_code == 200
    assert ((await user.get("/api/status")).json(), await user.log()) == (before, [])
    assert ("another user's channel" in caplog.text) == (whose == "another's")
    assert "private" not in caplog.text


async def test_an_unreachable_store_is_503_so_that_the_webhook_is_retried(
    deployment: Deployment, user: User
) -> None:
    refuses = Fault(kind="status", status=400, text='{"error":"ERR no"}', times=None)
    deployment.faults.add(refuses)
    try:
        answer = await told(deployment, webhook(occupied(user)))
    finally:
        deployment.faults.clear()
    assert answer.status_code == 503
    assert (await told(deployment, webhook(occupied(user)))).status_code == 200
    assert await is_subscribed(user)


async def test_a_new_subscriber_receives_pending_notices(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct("Hi", {"text": "Hello."})
    await user.ask("Hi")
    wiring = deployment.functions.wirings["/api/eventToBrain"]
    at = datetime.now(UTC)
    event = Event(id="door", kind="event", at=at, text="The doorbell rings.", urgent=False)
    notice = notice_of(event, urgent=False, words="")
    await RedisNoticeBoard(wiring.redis).keep(user.id, notice)
    assert user.heard() == []
    await told(deployment, webhook(occupied(user)))
    await told(deployment, webhook(occupied(user)))
    assert [message["kind"] for message in user.heard()] == ["notification"]
