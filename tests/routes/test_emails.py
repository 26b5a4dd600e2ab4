"""The user's emails over HTTP."""

from datetime import UTC, datetime

import pytest

from brain.email.model import Address, Attachment, Folder
from brain.email.postgres import PostgresEmails
from tests.fakes.email import an_email
from tests.routes.resources_stage import OWNER, Caller, Home
from tests.routes.stage import Deployment

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def put(home: Home, user_id: str) -> None:
    attachment = Attachment(name="plan.pdf", content_type="application/pdf", size=20_000)
    older = an_email("b" * 16, at=datetime(2026, 11, 1, tzinfo=UTC), subject="Boat", text="Ahoy")
    cc = (Address(address="c@example.org"),)
    newer = an_email("a" * 16, cc=cc, attachments=(attachment,))
    sent = an_email("c" * 16, folder=Folder.SENT, text="I have sent the dinner plan", unread=False)
    await PostgresEmails(home.database).store(user_id, [older, newer, sent])


async def test_the_newest_emails_of_the_inbox_are_listed_first(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    found = (await owner.got("emails"))["emails"]
    assert [email["id"] for email in found] == ["a" * 16, "b" * 16]
    assert found[0] == {
        "id": "a" * 16,
        "folder": "inbox",
        "from": "Anna <anna@example.org>",
        "subject": "Dinner",
        "at": "2026-11-20T12:00:00.000Z",
        "unread": True,
        "snippet": "Dinner at seven?",
    }
    assert len((await owner.got("emails", limit=1))["emails"]) == 1


async def test_a_query_finds_emails_in_both_folders(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    found = (await owner.got("emails", query="dinner"))["emails"]
    assert {email["id"] for email in found} == {"a" * 16, "c" * 16}
    assert len((await owner.got("emails", query="dinner", limit=1))["emails"]) == 1


async def test_an_email_is_given_whole(home: Home, owner: Caller) -> None:
    await put(home, OWNER)
    assert await owner.got("emails", id="a" * 16) == {
        "id": "a" * 16,
        "folder": "inbox",
        "from": "Anna <anna@example.org>",
        "to": ["me@brain.example"],
        "cc": ["c@example.org"],
        "subject": "Dinner",
        "at": "2026-11-20T12:00:00.000Z",
        "attachments": [{"name": "plan.pdf", "type": "application/pdf", "bytes": 20_000}],
        "body": "Dinner at seven?",
    }
    unknown = await owner.call("GET", "emails", params={"id": "z" * 16})
    assert (unknown.status_code, unknown.json()["title"]) == (
        404,
        "You have no email with this id.",
    )


async def test_only_the_accounts_owner_has_emails(home: Home, anna: Caller) -> None:
    await put(home, anna.id)
    for query in ({}, {"id": "a" * 16}, {"query": "dinner"}):
        answer = await anna.call("GET", "emails", params=query)
        assert answer.status_code == 404
        assert answer.json()["title"] == "You have no email account here."


async def test_emails_that_a_webhook_brings_are_their_users(
    deployment: Deployment, home: Home, anna: Caller, ben: Caller
) -> None:
    await put(home, anna.id)
    brought = {"DATABASE_URL": home.url, "BRAIN_POSTMARK_PASSWORD": "p" * 32}
    async with deployment.changed(**brought) as http:
        found = await Caller(id=anna.id, http=http).got("emails")
        assert [email["id"] for email in found["emails"]] == ["a" * 16, "b" * 16]
        assert (await Caller(id=ben.id, http=http).got("emails"))["emails"] == []


async def test_an_email_is_marked_as_read(home: Home, owner: Caller, anna: Caller) -> None:
    await put(home, OWNER)

    async def marked(caller: Caller, id: str, body: object) -> int:
        answer = await caller.call("PATCH", "emails", params={"id": id}, json=body)
        return answer.status_code

    assert await marked(owner, "a" * 16, {"unread": False}) == 200
    assert [email["unread"] for email in (await owner.got("emails"))["emails"]] == [False, True]
    assert await marked(owner, "a" * 16, {"unread": False}) == 200
    assert await marked(owner, "z" * 16, {"unread": False}) == 404
    assert await marked(owner, "nonsense", {"unread": False}) == 404
    assert await marked(owner, "b" * 16, {"unread": True}) == 422
    assert await marked(anna, "b" * 16, {"unread": False}) == 404
