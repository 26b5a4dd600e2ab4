"""Deliveries over HTTP, to a push service that checks them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from brain.cloud.clock import SystemClock
from brain.cloud.pinned import Place
from brain.commands.vapid import new_private_key
from brain.notices.push.delivering import HttpPushService
from brain.notices.push.model import Delivery, PushMessage, PushSubscription
from brain.notices.push.sealing import Signer
from brain.notices.push.settings import PushSettings, push
from tests.fakes.clock import EPOCH
from tests.local.serving import served
from tests.notices.push.receiving import Browser, Receiver

KEY = new_private_key()
MESSAGE = PushMessage(
    payload=json.dumps({"title": "Second Brain", "body": "Hällo " * 100}).encode(),
    ttl_s=3_600,
    urgent=True,
    tag="notice-0123456789abcdef",
)


def settings(*hosts: str) -> PushSettings:
    found = push(
        {
            "BRAIN_VAPID_PRIVATE_KEY": KEY,
            "BRAIN_VAPID_SUBJECT": "mailto:me@example.org",
            "BRAIN_PUSH_HOSTS": ",".join(hosts),
        }
    )
    assert found is not None
    return found


def service(*hosts: str, **given: Any) -> HttpPushService:
    return HttpPushService(lambda: settings(*hosts), SystemClock(), **given)


def subscribed(browser: Browser, endpoint: str) -> PushSubscription:
    keys = browser.subscription(endpoint)["keys"]
    return PushSubscription(endpoint=endpoint, at=EPOCH, **keys)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    async with served(made.app) as url:
        at = settings(url)
        made.origin, made.public_key = url, Signer(at.private_key, at.subject).public_key
        yield made
    assert made.faults == []


async def test_a_browser_gets_what_was_sent_signed_and_encrypted(receiver: Receiver) -> None:
    browser = Browser()
    endpoint = f"{receiver.origin}/send/1?token=a%3Db"
    sent = await service(receiver.origin).send(subscribed(browser, endpoint), MESSAGE)
    assert sent == Delivery(kind="sent")
    [(path, headers, _)] = receiver.got
    assert path == "/send/1?token=a%3Db"
    assert headers["host"] == receiver.origin.partition("://")[2]
    assert (headers["ttl"], headers["urgency"], headers["topic"]) == ("3600", "high", MESSAGE.tag)
    assert receiver.shown(browser) == [json.loads(MESSAGE.payload)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "sent"), (201, "sent"), (202, "sent"),
        (404, "gone"), (410, "gone"),
        (429, "later"), (500, "later"), (502, "later"), (503, "later"),
        (400, "refused"), (401, "refused"), (403, "refused"), (413, "refused"),
    ],
)  # fmt: skip
async def test_what_the_push_service_says_decides(
    receiver: Receiver, status: int, kind: str
) -> None:
    receiver.status["/1"] = status
    to = subscribed(Browser(), f"{receiver.origin}/1")
    assert (await service(receiver.origin).send(to, MESSAGE)).kind == kind


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status["/1"] = status
    receiver.headers["location"] = f"{receiver.origin}/2"
    to = subscribed(Browser(), f"{receiver.origin}/1")
    assert (await service(receiver.origin).send(to, MESSAGE)).kind == "refused"
    assert [path for path, _, _ in receiver.got] == ["/1"]


@pytest.mark.parametrize(
    ("asked", "about_s"),
    [
        ("120", 120.0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 2e9),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("9" * 50, None),
        ("Fri, 31 Dec 2026 23:59:59 +99999999999999999999", None),
    ],
)
async def test_it_says_when_to_try_again(
    receiver: Receiver, asked: str, about_s: float | None
) -> None:
    receiver.status["/1"] = 503
    receiver.headers["retry-after"] = asked
    to = subscribed(Browser(), f"{receiver.origin}/1")
    said = (await service(receiver.origin).send(to, MESSAGE)).retry_after_s
    assert said == about_s if about_s is None or about_s < 1e9 else (said or 0) > 1e9


def resolving(*ips: str) -> Callable[[str, int], Any]:
    async def resolve(host: str, port: int) -> Sequence[Place]:
        return [(ip, port) for ip in ips]

    return resolve


@pytest.mark.parametrize(
    "ips", [("127.0.0.1",), ("10.0.0.7",), ("169.254.169.254",), ("::1",), ("8.8.8.8", "10.0.0.7")]
)
async def test_a_listed_host_in_a_private_network_gets_nothing(ips: tuple[str, ...]) -> None:
    to = subscribed(Browser(), "https://push.example.org/1")
    sending = service("push.example.org", resolve=resolving(*ips), limit_s=2).send(to, MESSAGE)
    assert (await sending).kind == "refused"


@pytest.mark.parametrize("ips", [("::1", "::1", "127.0.0.1"), ("127.0.0.1", "::1")])
async def test_a_host_that_one_family_does_not_reach_is_reached_by_the_other(
    receiver: Receiver, ips: tuple[str, ...]
) -> None:
    to = subscribed(Browser(), f"{receiver.origin}/1")
    sending = service(receiver.origin, resolve=resolving(*ips)).send(to, MESSAGE)
    assert await sending == Delivery(kind="sent")
    assert len(receiver.got) == 1


async def test_a_host_that_is_listed_no_longer_gets_nothing(receiver: Receiver) -> None:
    to = subscribed(Browser(), f"{receiver.origin}/1")
    assert (await service("push.example.org").send(to, MESSAGE)).kind == "refused"
    assert receiver.got == []


async def nobody(host: str, port: int) -> Sequence[str]:
    raise OSError("no such host")


async def test_a_host_that_cannot_be_found_or_reached_is_tried_again() -> None:
    to = subscribed(Browser(), "https://push.example.org/1")
    assert (await service("push.example.org", resolve=nobody).send(to, MESSAGE)).kind == "later"
    closed = "http://127.0.0.1:1"
    assert (await service(closed).send(subscribed(Browser(), closed), MESSAGE)).kind == "later"


@asynccontextmanager
async def talking(words: bytes) -> AsyncIterator[str]:
    """A server that says these words to whoever comes, and then nothing more."""
    done = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await done.wait()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1")
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        done.set()
        server.close()
        await server.wait_closed()


async def test_a_silent_push_service_costs_no_more_than_the_limit() -> None:
    async with talking(b"") as url:
        to = subscribed(Browser(), f"{url}/1")
        assert (await service(url, limit_s=0.3).send(to, MESSAGE)).kind == "later"


async def test_an_answer_without_end_is_not_read() -> None:
    async with talking(b"HTTP/1.1 201 Created\r\nContent-Length: 9999999\r\n\r\n...") as url:
        to = subscribed(Browser(), f"{url}/1")
        assert (await service(url).send(to, MESSAGE)).kind == "sent"


async def test_a_stored_key_that_is_none_ends_the_subscription(receiver: Receiver) -> None:
    to = PushSubscription(endpoint=f"{receiver.origin}/1", p256dh="BAAA", auth="AAAA", at=EPOCH)
    assert (await service(receiver.origin).send(to, MESSAGE)).kind == "gone"


async def test_no_log_line_has_the_address_or_the_text(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (201, 301, 403, 410, 500):
        receiver.status["/secret-path"] = status
        to = subscribed(Browser(), f"{receiver.origin}/secret-path")
        await service(receiver.origin).send(to, MESSAGE)
    own = [record.getMessage() for record in caplog.records if record.name.startswith("brain")]
    assert own
    assert not [line for line in own if "secret-path" in line or "Hällo" in line]
    assert not [
        record for record in caplog.records if "secret-path" in record.getMessage()
        and record.name.startswith(("httpx", "httpcore")) and record.levelno >= logging.INFO
    ]  # fmt: skip
