"""/api/push, and what reaches a browser: from an event to the words on its screen, over HTTP.

The deployment has no database.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from brain.commands.vapid import new_private_key
from brain.notices.push.redis import RedisPushBook
from tests.local.serving import served
from tests.notices.push.receiving import Browser, Receiver, b64
from tests.routes.event_stage import door, tell
from tests.routes.stage import Deployment, Json, User, deployed

pytestmark = pytest.mark.asyncio(loop_scope="package")

VAPID = {
    "BRAIN_VAPID_PRIVATE_KEY": new_private_key(),
    "BRAIN_VAPID_SUBJECT": "mailto:me@example.org",
}
URGENT = {"data": {"text": "The oven is on fire.", "source": "Oven", "urgent": True}}


@dataclass(frozen=True)
class Pushing:
    """A deployment that pushes, and the push service."""

    deployment: Deployment
    receiver: Receiver

    @property
    def book(self) -> RedisPushBook:
        return RedisPushBook(self.deployment.functions.wirings["/api/push"].redis)


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def pushing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pushing]:
    receiver = Receiver()
    async with served(receiver.app) as url:
        receiver.origin = url
        folder = tmp_path_factory.mktemp("pushing")
        async with deployed(folder, BRAIN_PUSH_HOSTS=url, **VAPID) as deployment:
            yield Pushing(deployment, receiver)
    assert receiver.faults == []


@pytest.fixture
def cora(pushing: Pushing) -> User:
    """A user of this deployment. Each test has its own."""
    return pushing.deployment.user()


async def called(user: User, method: str, status: int = 200, **options: Any) -> Json:
    http = user.deployment.http
    answer = await http.request(method, "/api/push", headers=user.headers, **options)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


async def subscribed(pushing: Pushing, user: User, name: str) -> tuple[Browser, str]:
    """A browser that has done what the page does: ask for the key, subscribe, send it."""
    shown = await called(user, "GET")
    pushing.receiver.public_key = shown["publicKey"]
    browser, endpoint = Browser(), f"{pushing.receiver.origin}/{user.id}/{name}"
    await called(user, "PUT", json=browser.subscription(endpoint))
    return browser, endpoint


def got(pushing: Pushing, user: User) -> list[tuple[str, bytes]]:
    """What has come for this user: path and body."""
    every = pushing.receiver.got
    return [(path, body) for path, _, body in every if path.startswith(f"/{user.id}/")]


async def test_a_browser_subscribes_is_counted_and_leaves(pushing: Pushing, cora: User) -> None:
    assert (await called(cora, "GET"))["subscriptions"] == 0
    _, endpoint = await subscribed(pushing, cora, "phone")
    await subscribed(pushing, cora, "laptop")
    shown = await called(cora, "GET")
    assert shown["subscriptions"] == 2
    assert len(shown["publicKey"]) == 87
    gone = await called(cora, "DELETE", params={"endpoint": endpoint})
    assert gone == {"deleted": endpoint}
    assert (await called(cora, "GET"))["subscriptions"] == 1
    await called(cora, "DELETE", 404, params={"endpoint": endpoint})
    fault = await called(cora, "DELETE", 422)
    assert [error["field"] for error in fault["errors"]] == ["endpoint"]


async def test_the_same_browser_counts_once_and_ten_at_most(pushing: Pushing, cora: User) -> None:
    for number in range(11):
        await subscribed(pushing, cora, f"{number}")
        await subscribed(pushing, cora, f"{number}")
    assert (await called(cora, "GET"))["subscriptions"] == 10


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": "https://evil.example/send"}, "endpoint"),
        ({"endpoint": "http://169.254.169.254/latest"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"keys": {}}, "keys.p256dh"),
        ({"keys": {"auth": b64(b"x" * 16), "p256dh": b64(b"\4" * 65)}}, "keys.p256dh"),
        ({"keys": {"auth": b64(b"x" * 16), "p256dh": "%%%"}}, "keys.p256dh"),
        ({"keys": {"auth": b64(b"short"), "p256dh": b64(Browser().public)}}, "keys.auth"),
        ({"keys": {"auth": "é", "p256dh": b64(Browser().public)}}, "keys.auth"),
    ],
)
async def test_what_is_no_subscription_at_a_known_push_service_is_refused(
    pushing: Pushing, cora: User, change: Json, field: str
) -> None:
    body = {**Browser().subscription(f"{pushing.receiver.origin}/1"), **change}
    fault = await called(cora, "PUT", 422, json=body)
    assert field in [error["field"] for error in fault["errors"]]
    assert (await called(cora, "GET"))["subscriptions"] == 0


async def test_an_urgent_event_is_on_the_screen_at_once(pushing: Pushing, cora: User) -> None:
    browser, endpoint = await subscribed(pushing, cora, "phone")
    answer = await tell(cora, door(cora, **URGENT))
    assert answer.status_code == 200
    [(path, body)] = got(pushing, cora)
    assert endpoint.endswith(path)
    assert json.loads(browser.opened(body)) == {
        "title": "Second Brain",
        "tag": json.loads(browser.opened(body))["tag"],
        "urgent": True,
        "body": "Oven reports: The oven is on fire.",
    }


async def test_the_others_are_on_the_screen_when_the_queue_calls(
    pushing: Pushing, cora: User
) -> None:
    browser, _ = await subscribed(pushing, cora, "phone")
    for text in ("The first.", "The second."):
        await tell(cora, door(cora, data={"text": text, "source": "Door"}))
    assert got(pushing, cora) == []
    due = (await pushing.book.read(cora.id)).due
    assert due is not None
    await pushing.book.plan(cora.id, due - timedelta(minutes=5))  # in place of five minutes
    pushing.deployment.queue.deliver_now()
    async with asyncio.timeout(20):
        await pushing.deployment.queue.idle()
    [(_, body)] = got(pushing, cora)
    shown = json.loads(browser.opened(body))
    assert shown["body"].startswith("While you were away: 2 ")
    assert (shown["tag"], shown["urgent"]) == ("digest", False)


async def test_a_browser_that_is_gone_is_deleted(pushing: Pushing, cora: User) -> None:
    _, endpoint = await subscribed(pushing, cora, "phone")
    path = endpoint.removeprefix(pushing.receiver.origin)
    pushing.receiver.status[path] = 410
    await tell(cora, door(cora, **URGENT))
    assert (await called(cora, "GET"))["subscriptions"] == 0


async def test_whoever_has_a_page_gets_nothing(pushing: Pushing, cora: User) -> None:
    await subscribed(pushing, cora, "phone")
    (await cora.get("/api/status")).raise_for_status()
    await tell(cora, door(cora, **URGENT))
    assert got(pushing, cora) == []


async def test_the_longest_text_in_any_script_fits(pushing: Pushing, cora: User) -> None:
    browser, _ = await subscribed(pushing, cora, "phone")
    data = {"text": "緊急" * 5_000, "source": "消" * 900, "urgent": True}
    await tell(cora, door(cora, type="reminder.due", data={"text": "火" * 900}))
    await tell(cora, door(cora, data=data))
    bodies = [browser.opened(body) for _, body in got(pushing, cora)]
    assert all(len(body) <= 2_048 for body in bodies)
    first, second = (json.loads(body)["body"] for body in bodies)
    assert "火火" in first
    assert "緊急" in second


async def test_a_session_says_whether_there_are_pushes(
    pushing: Pushing, deployment: Deployment
) -> None:
    for at, has in ((pushing.deployment, True), (deployment, False)):
        begun = await at.http.post("/api/session", json={"accessKey": "open sesame, please"})
        assert begun.json()["features"].get("push", False) is has


async def test_without_settings_there_is_no_key_and_nothing_to_subscribe_to(user: User) -> None:
    assert await called(user, "GET") == {"publicKey": None, "subscriptions": 0}
    body = Browser().subscription("https://web.push.apple.com/1")
    fault = await called(user, "PUT", 404, json=body)
    assert "BRAIN_VAPID_PRIVATE_KEY" in fault["title"]


async def test_a_wrong_key_is_named_and_costs_nothing_else(pushing: Pushing, cora: User) -> None:
    async with pushing.deployment.changed(BRAIN_VAPID_PRIVATE_KEY="not a key") as http:
        fault = await http.get("/api/push", headers=cora.headers)
        health = (await http.get("/api/health")).json()
        reported = await tell(cora, door(cora, **URGENT), http=http)
    assert fault.status_code == 500
    assert "BRAIN_VAPID_PRIVATE_KEY is not a key" in fault.json()["detail"]
    assert "python -m brain.vapid" in health["checks"]["push"]["missing"]
    assert reported.status_code == 200
