"""The mail server of `make dev`, and the page's routes for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib
import httpx
import pytest
from imapclient import IMAPClient
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brain.email.settings import account as email_account
from local.guard import guard
from local.mailbox.control import PATH, mailbox_app, notifier, signed_event
from local.mailbox.seeds import ADDRESS, ARRIVALS, SEEDS
from local.mailbox.server import LocalMailbox, local_mailbox
from local.server import HOST
from local.services import Ports, services
from tests.local.serving import served

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[LocalMailbox]:
    async with local_mailbox(tmp_path / "mailbox") as running:
        yield running


def subjects(mailbox: LocalMailbox, folder: str = "INBOX") -> list[str]:
    """Return the subjects that a mail program shows."""
    with IMAPClient(HOST, mailbox.imap_port, ssl=False, timeout=10) as client:
        client.login(ADDRESS, mailbox.password)
        client.select_folder(folder, readonly=True)
        found = client.fetch(client.search(), ["ENVELOPE"])
        return [told[b"ENVELOPE"].subject.decode() for told in found.values()]


async def shown(mailbox: LocalMailbox, folder: str = "INBOX") -> list[str]:
    """The same, without blocking the loop in which the server runs."""
    return await asyncio.to_thread(subjects, mailbox, folder)


async def test_a_new_mailbox_contains_emails(mailbox: LocalMailbox) -> None:
    inbox, sent = await shown(mailbox), await shown(mailbox, "Sent")
    assert "Dinner on Friday?" in inbox
    assert "Birthday cake" in sent
    assert len(inbox) + len(sent) == len(SEEDS) >= 12


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    place = tmp_path / "mailbox"
    async with local_mailbox(place) as first:
        await first.arrive(sender="Anna <a@b.example>", subject="Stays", body="Hello")
        before, password = await shown(first), first.password
    async with local_mailbox(place) as second:
        assert await shown(second) == before
        assert second.password == password
        assert "Stays" in before


async def test_the_arrival_callback_runs_after_the_email_is_stored(mailbox: LocalMailbox) -> None:
    seen: list[bool] = []

    async def told() -> None:
        seen.append("News" in await shown(mailbox))

    mailbox.on_arrival = told
    await mailbox.arrive(sender="Anna <a@b.example>", subject="News", body="Hello")
    assert seen == [True]


async def send(mailbox: LocalMailbox, to: str, *, password: str | None = None) -> None:
    raw = f"From: {ADDRESS}\r\nTo: {to}\r\nSubject: Sent\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n"
    async with aiosmtplib.SMTP(hostname=HOST, port=mailbox.smtp_port) as client:
        if password is not None:
            await client.login(ADDRESS, password)
        await client.sendmail(ADDRESS, [to], raw)


async def test_a_sent_email_stays_on_the_machine_and_is_kept(mailbox: LocalMailbox) -> None:
    await send(mailbox, "anna@example.org", password=mailbox.password)
    [sent] = mailbox.sent()
    assert (sent.recipients, sent.subject, sent.text) == (
        ("anna@example.org",),
        "Sent",
        "Hello\r\n",
    )
    assert "Sent" not in await shown(mailbox)


async def test_an_email_to_the_account_itself_arrives_in_its_inbox(mailbox: LocalMailbox) -> None:
    await send(mailbox, ADDRESS, password=mailbox.password)
    assert "Sent" in await shown(mailbox)


async def test_sending_needs_the_password(mailbox: LocalMailbox) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(mailbox, "anna@example.org", password="wrong")
    with pytest.raises(aiosmtplib.SMTPException, match="Authentication required"):
        await send(mailbox, "anna@example.org")
    assert mailbox.sent() == []


# ---- the page's routes


@asynccontextmanager
async def page(mailbox: LocalMailbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=mailbox_app(mailbox))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as client:
        yield client


async def test_the_page_can_deliver_an_email(mailbox: LocalMailbox) -> None:
    async with page(mailbox) as client:
        given = {"sender": "Ben <b@c.example>", "subject": "Hello", "body": "Hello\nyou"}
        answer = await client.post(PATH, json=given)
        assert answer.status_code == 201
        for arrival in ARRIVALS:
            assert (await client.post(PATH, json={})).status_code == 201
            assert arrival.subject in await shown(mailbox)
        assert "Hello" in await shown(mailbox)


async def test_the_page_lists_sent_emails_newest_first(mailbox: LocalMailbox) -> None:
    await send(mailbox, "anna@example.org", password=mailbox.password)
    await send(mailbox, "ben@example.org", password=mailbox.password)
    async with page(mailbox) as client:
        told = (await client.get(PATH)).json()["sent"]
    assert [each["recipients"] for each in told] == [["ben@example.org"], ["anna@example.org"]]
    assert told[0] == {
        "recipients": ["ben@example.org"],
        "to": "ben@example.org",
        "subject": "Sent",
        "text": "Hello\r\n",
        "messageId": "<1@x>",
    }


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:4000", "null"])
async def test_requests_from_another_site_in_the_same_browser_are_refused(
    mailbox: LocalMailbox, origin: str
) -> None:
    async with page(mailbox) as client:
        posted = await client.post(PATH, json={}, headers={"origin": origin})
        asked = await client.get(PATH, headers={"origin": origin})
        own = await client.post(PATH, json={}, headers={"origin": "http://127.0.0.1:3000"})
    assert (posted.status_code, asked.status_code, own.status_code) == (403, 403, 201)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"to": "x"}', "application/json", 422),
        (b'{"subject": 1}', "application/json", 422),
        (b'{"subject": "a\\nBcc: b@c.d"}', "application/json", 422),
        (json.dumps({"body": "x" * 20_001}).encode(), "application/json", 422),
    ],
)
async def test_an_invalid_email_is_refused(
    mailbox: LocalMailbox, body: bytes, kind: str, status: int
) -> None:
    async with page(mailbox) as client:
        answer = await client.post(PATH, content=body, headers={"content-type": kind})
    assert answer.status_code == status


# ---- the event


def test_an_event_is_signed_per_standard_webhooks() -> None:
    now = datetime.now(UTC)
    request = signed_event("http://brain.example/x", SECRET, user_id="owner", at=now)
    event = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert event == {
        "id": request.headers["webhook-id"],
        "type": "email.received",
        "userId": "owner",
        "data": {},
    }
    forged = request.content.replace(b"owner", b"other")
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(forged, dict(request.headers))
    again = signed_event("http://brain.example/x", SECRET, user_id="owner", at=now)
    assert again.headers["webhook-id"] != request.headers["webhook-id"]


async def test_the_brain_is_notified_of_an_arrival(mailbox: LocalMailbox) -> None:
    told: list[dict[str, object]] = []

    async def take(request: Request) -> Response:
        told.append(Webhook(SECRET).verify(await request.body(), dict(request.headers)))
        return Response(status_code=202)

    app = Starlette(routes=[Route("/api/eventToBrain", take, methods=["POST"])])
    async with served(app) as url:
        mailbox.on_arrival = notifier(f"{url}/api/eventToBrain", SECRET, user_id="owner")
        await mailbox.arrive(sender="Anna <a@b.example>", subject="News", body="Hello")
    assert [event["type"] for event in told] == ["email.received"]


async def test_an_email_arrives_even_if_the_brain_cannot_be_notified(mailbox: LocalMailbox) -> None:
    async with served(Starlette()) as url:
        mailbox.on_arrival = notifier(f"{url}/no-such-route", SECRET, user_id="owner")
        await mailbox.arrive(sender="Anna <a@b.example>", subject="News", body="Hello")
    await mailbox.arrive(sender="Anna <a@b.example>", subject="More", body="Nobody is there now")
    assert {"News", "More"} <= set(await shown(mailbox))


# ---- the functions' environment


async def test_the_functions_use_the_local_mailbox_unless_the_user_has_set_one(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    url = "http://127.0.0.1:3000"
    async with guard() as watch:
        async with services(state, ports=Ports(), public_url=url, watch=watch, asked={}) as local:
            account = email_account(local.env)
            assert account is not None
            assert (account.imap.port, account.smtp.port) == (
                local.mailbox.imap_port,
                local.mailbox.smtp_port,
            )
            assert str(account.sender) == ADDRESS
            secret = local.env["BRAIN_EVENT_SECRET"]
            signed_event(url, secret, user_id="owner", at=datetime.now(UTC))
        own = {"BRAIN_IMAP_URL": "imaps://me:x@mail.example/", "BRAIN_EVENT_SECRET": SECRET}
        async with services(state, ports=Ports(), public_url=url, watch=watch, asked=own) as local:
            assert local.env["BRAIN_IMAP_URL"] == own["BRAIN_IMAP_URL"]
            assert "BRAIN_SMTP_URL" not in local.env
            assert local.env["BRAIN_EVENT_SECRET"] == SECRET
            assert local.mailbox.on_arrival is None


def test_each_service_has_its_own_port_after_the_pages_port() -> None:
    ports = Ports.beside(3000)
    numbers = [ports.store, ports.queue, ports.channel, ports.model, ports.imap, ports.smtp]
    numbers.append(ports.voice)
    assert numbers == [3001, 3002, 3003, 3004, 3005, 3006, 3007]
