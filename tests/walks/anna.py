"""Anna, who has data of every kind, and all of it contains a secret word."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.upstash import Upstash
from brain.commands.vapid import new_private_key
from brain.email.postgres import PostgresEmails
from brain.memory.archive import PostgresArchive
from brain.memory.postgres import PostgresFacts
from brain.notices.postgres import PostgresRules
from brain.notices.push.model import PushSubscription
from brain.notices.push.redis import RedisPushBook
from brain.reminders.model import Reminder
from brain.reminders.redis import RedisReminders
from brain.run.messages import Utterance
from local.stack import stack
from tests.fakes.email import an_email
from tests.walks.conftest import LIMIT_S, Json, Person, Town

ANNA = "anna-who-has-everything"
SECRET = f"quetzal-{secrets.token_hex(8)}"  # all of Anna's data contains it
COMMON = "marmalade"  # all of it contains this too, and Ben searches for it
TEXT = f"{COMMON} {SECRET}"
EMAIL_ID = "a" * 16
ENDPOINT = f"https://web.push.apple.com/{SECRET}"
PUSH = {
    "BRAIN_VAPID_PRIVATE_KEY": new_private_key(),
    "BRAIN_VAPID_SUBJECT": "mailto:me@example.org",
}
STANDING = ("state", "runId", "lastSeq", "question")  # of a status; the rest changes by itself
VIEWS = ("documents", "emails", "facts", "preferences", "rules", "questions", "messages", "status")


@dataclass(frozen=True, kw_only=True)
class Anna:
    """Anna, and the ids of her data."""

    person: Person
    document: Json
    fact_id: str
    rule_id: str
    reminder_id: str
    question: Json
    message_id: str
    run_id: str
    last_seq: int
    reminders: RedisReminders
    devices: RedisPushBook

    async def view(self) -> Json:
        """Return all of Anna's data as she sees it."""
        seen = {name: (await self.person.get(f"/api/{name}")).json() for name in VIEWS}
        seen["status"] = {name: seen["status"][name] for name in STANDING}
        document = await self.person.get(f"/api/documents?id={self.document['id']}")
        email = await self.person.get(f"/api/emails?id={EMAIL_ID}")
        others = [repr(reminder) for reminder in await self.reminders.all(ANNA)]
        others += map(repr, (await self.devices.read(ANNA)).subscriptions.values())
        return {**seen, "document": document.json(), "email": email.json(), "others": others}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack of its own, whose email account belongs to Anna."""
    asked = {"BRAIN_EMAIL_USER": ANNA, **PUSH}
    async with stack(tmp_path_factory.mktemp("stack"), asked=asked, pace=0) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(town: Town) -> AsyncIterator[Anna]:
    person = Person(town.stack, town.http, id=ANNA)
    env = town.stack.services.env
    database = Postgres(env["DATABASE_URL"])
    redis = Upstash(env["UPSTASH_REDIS_REST_URL"], env["UPSTASH_REDIS_REST_TOKEN"])
    reminders = RedisReminders(redis)
    await PostgresArchive(database).store(ANNA, [said_long_ago()])
    await PostgresEmails(database).store(ANNA, [an_email(EMAIL_ID, subject=TEXT, text=TEXT)])
    fact = await PostgresFacts(database).remember(
        ANNA, text=TEXT, source="conversation", foreign=False, key="fact"
    )
    rule = await PostgresRules(database).add_rule(ANNA, about=TEXT, sender="Eve", key="rule")
    soon = datetime.now(UTC) + timedelta(days=1)
    reminder = Reminder(id="reminder-of-anna", text=TEXT, at=soon)
    await reminders.add(ANNA, reminder)
    devices = RedisPushBook(redis)
    await devices.put(
        ANNA, PushSubscription(endpoint=ENDPOINT, p256dh=SECRET, auth=SECRET, at=soon)
    )
    trusted = {"trusted": [f"{SECRET}@example.org"], "zone": "Europe/Berlin"}
    assert (await person.call("PUT", "/api/preferences", json=trusted)).status_code == 200
    kept = {"title": TEXT, "body": TEXT, "typed": True, "key": "annas-key"}
    document = (await person.post("/api/documents", kept)).json()
    question = await asked_whether_to_delete(person, document["id"])
    running = await at_work(person)
    yield Anna(
        person=person,
        document=document,
        fact_id=fact.id,
        rule_id=rule.id,
        reminder_id=reminder.id,
        question=question,
        message_id="a-text-of-annas",
        run_id=running["runId"],
        last_seq=running["seq"],
        reminders=reminders,
        devices=devices,
    )
    await redis.aclose()
    await database.close()


def said_long_ago() -> Utterance:
    return Utterance(
        id="long-ago",
        seq=1,
        text=TEXT,
        message_id="long-ago",
        run_id="run-of-long-ago",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


async def asked_whether_to_delete(person: Person, document_id: str) -> Json:
    delete = {"name": "deleteDocument", "arguments": {"id": document_id}}
    await person.script({"calls": [delete]})
    outcome = await person.ask(f"Delete {TEXT}", messageId="a-text-of-annas")
    question: Json = outcome["message"]
    assert question["kind"] == "question"
    return question


async def at_work(person: Person) -> Json:
    """Start a run that stays open, because its model never answers."""
    await person.script({"hang": True, "repeat": 100})  # any limit that a call may have
    outcome = await person.ask(f"Think about {TEXT}", patience=0.5)
    assert outcome["state"] == "running"
    # After some seconds the user is told that the model takes its time. Later nothing changes.
    async with asyncio.timeout(LIMIT_S):
        while not await _is_told(person, outcome["runId"]):  # noqa: ASYNC110 - another process says it
            await asyncio.sleep(0.2)
    return outcome


async def _is_told(person: Person, run_id: str) -> bool:
    entries = (await person.get("/api/messages")).json()["messages"]
    return any(e["runId"] == run_id and e.get("kind") == "breadcrumb" for e in entries)


@pytest.fixture
def ben(town: Town, anna: Anna) -> Person:
    """Return a new user. (Anna's data exists by then.)"""
    return town.person()
