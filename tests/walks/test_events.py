"""From an outside event to the open page, with the services of `make dev`."""

import asyncio
import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from brain.reminders.rules import EARLY_S
from local.mailbox.control import PATH as ARRIVE
from local.mailbox.settings import EMAIL_USER
from tests.walks.conftest import LIMIT_S, Json, Person, Town, says
from tests.walks.outside import an_email, tell

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opens_the_page(town: Town, person: Person) -> None:
    """Start a session and ask once, as each page does."""
    (await town.http.post("/api/session", json={"token": person.token()})).raise_for_status()
    (await person.get("/api/status")).raise_for_status()


async def test_an_email_that_arrives_is_announced_on_the_channel_of_the_open_page(
    town: Town,
) -> None:
    owner, queue = town.person(EMAIL_USER), town.stack.services.engine
    async with asyncio.timeout(LIMIT_S):
        first_look = queue.counts().delivered + 1
        await opens_the_page(town, owner)
        await queue.delivered(first_look)
    subject = f"Dinner {owner.word}"
    email = {"sender": "Anna <anna@example.org>", "subject": subject, "body": "At seven?"}
    (await town.http.post(ARRIVE, json=email)).raise_for_status()

    message = await owner.until_heard(f"An email from Anna has just arrived: {subject}.")
    assert (message["kind"], message["speak"]) == ("notification", "whenIdle")
    assert (await owner.log())[-1] == message

    search: Json = {"name": "searchEmail", "arguments": {"query": owner.word}}
    await owner.script({"calls": [search]}, says("That is all."))
    await owner.answer(await owner.ask("Which email?", patience=0))
    shown = (await owner.asked())[1]  # with the result of the search
    assert "At seven?" in str(shown)


async def test_an_email_reported_by_the_mailbox_and_by_a_program_is_announced_once(
    town: Town,
) -> None:
    owner, subject = town.person(EMAIL_USER), f"Lunch {secrets.token_hex(6)}"
    await opens_the_page(town, owner)
    look: Json = {"type": "email.received", "userId": EMAIL_USER}
    assert (await tell(town, json.dumps(look).encode())).status_code == 200  # if it is the first
    email = {"sender": "Ben <ben@example.org>", "subject": subject, "body": "At one?"}
    arrived = (await town.http.post(ARRIVE, json=email)).json()
    await owner.until_heard_with(subject)

    data = {"from": email["sender"], "subject": subject, "text": "At one?", **arrived}
    assert (await tell(town, an_email(owner, subject, data=data))).status_code == 200
    about = [entry["text"] for entry in await owner.log() if subject in entry["text"]]
    assert len(about) == 1


async def test_a_reminder_set_by_the_model_comes_back_through_the_queue(
    town: Town, person: Person
) -> None:
    # Soon enough that a call made by the queue at once would already be due.
    at = (datetime.now(UTC) + timedelta(seconds=EARLY_S - 1)).isoformat()
    remind: Json = {"name": "remind", "arguments": {"text": "The oven is hot", "at": at}}
    await person.script({"calls": [remind]}, says("I will."))
    answer = await person.answer(await person.ask("Remind me", patience=0))
    assert answer["text"] == "I will."
    await opens_the_page(town, person)
    assert [m for m in person.heard() if m["kind"] == "notification"] == []

    town.stack.services.engine.deliver_now()
    message = await person.until_heard("A reminder: The oven is hot.")
    assert (message["kind"], message["speak"]) == ("notification", "now")
    assert [entry["text"] for entry in await person.log()][-1] == "A reminder: The oven is hot."
