"""POST /api/eventToBrain in a deployment with a database and a mailbox."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres
from brain.email.flow import check_event
from brain.email.postgres import PostgresEmails
from local.engines import postgres
from local.mailbox.server import LocalMailbox, local_mailbox
from tests.email.test_postmark import PAYLOAD
from tests.routes.event_stage import comes, deliver, post, tell
from tests.routes.stage import Deployment, Json, User, deployed, token
from tests.routes.test_again import LAST
from tests.routes.test_voice import QUIT, said

pytestmark = pytest.mark.asyncio(loop_scope="package")

# ---- with a database and a mailbox


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def mailbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalMailbox]:
    async with local_mailbox(tmp_path_factory.mktemp("mailbox"), seeds=False) as mailbox:
        yield mailbox


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def whole(
    tmp_path_factory: pytest.TempPathFactory, mailbox: LocalMailbox
) -> AsyncIterator[Deployment]:
    """A deployment with all that events can be about."""
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        deployed(
            tmp_path_factory.mktemp("whole"),
            DATABASE_URL=engine.url,
            BRAIN_IMAP_URL=mailbox.imap_url,
            BRAIN_SMTP_URL=mailbox.smtp_url,
        ) as deployment,
    ):
        yield deployment


@pytest.fixture
def owner(whole: Deployment) -> User:
    headers = {"Authorization": f"Bearer {token('owner')}"}
    return User(id="owner", deployment=whole, headers=headers)


async def begin(user: User, *, http: httpx.AsyncClient | None = None) -> None:
    """A page of the user's begins its session."""
    http = http or user.deployment.http
    (await http.post("/api/session", json={"token": token(user.id)})).raise_for_status()


async def test_the_owners_session_has_the_mailbox_watched_once_by_each_instance(
    whole: Deployment, owner: User
) -> None:
    schedules = whole.queue.schedules
    async with whole.changed() as http:
        await begin(whole.user(), http=http)
        assert schedules.all() == []
        await begin(owner, http=http)
        [schedule] = schedules.all()
        assert (schedule.id.partition("-")[0], schedule.cron) == ("mailbox", "*/10 * * * *")

        schedules.drop(schedule.id)
        await begin(owner, http=http)
        assert schedules.all() == []  # this instance has told the queue
    async with whole.changed() as http:
        await begin(owner, http=http)
        assert [each.id for each in schedules.all()] == [schedule.id]


async def test_a_session_begins_though_the_queue_is_away(whole: Deployment, owner: User) -> None:
    async with whole.changed(QSTASH_URL="http://127.0.0.1:1") as http:
        await begin(owner, http=http)
        await begin(owner, http=http)  # it tries again


async def test_what_arrives_in_the_mailbox_is_told_when_the_schedule_has_it_looked_into(
    whole: Deployment, owner: User, mailbox: LocalMailbox
) -> None:
    await begin(owner)
    await comes(owner)
    async with asyncio.timeout(20):
        await whole.queue.until(lambda _: whole.queue.schedules.all() != [])
        await whole.queue.delivered(1)  # the first look: what lies there is no news
    await mailbox.arrive(sender="Anna <anna@example.org>", subject="Dinner", body="At seven?")
    [schedule] = whole.queue.schedules.all()
    for _ in range(2):
        assert whole.queue.schedules.publish_now(schedule.id)
    text = "An email from Anna has just arrived: Dinner."
    await owner.until_heard(text)
    async with asyncio.timeout(20):
        await whole.queue.idle()
    assert [message["text"] for message in owner.heard()] == [text]


async def test_the_programs_word_that_the_mailbox_has_changed_reaches_the_owner_within_the_call(
    owner: User, mailbox: LocalMailbox
) -> None:
    await comes(owner)
    event: Json = {"type": "email.received", "userId": "owner"}
    body = json.dumps(event).encode()
    assert (await tell(owner, body)).status_code == 200  # if it is the first look
    await mailbox.arrive(sender="Ben <ben@example.org>", subject="Lunch", body="At one?")
    for _ in range(2):
        assert (await tell(owner, body)).status_code == 200
    heard = [message["text"] for message in owner.heard() if "Lunch" in message["text"]]
    assert len(heard) == 1


async def test_a_mailbox_that_is_away_is_503_and_the_sender_comes_again(
    whole: Deployment, owner: User
) -> None:
    event = check_event("owner")
    imap = "imap://me%40x.example:secret@127.0.0.1:1/"
    async with whole.changed(BRAIN_IMAP_URL=imap) as http:
        body = json.dumps({**event, "type": "email.received"}).encode()
        by_program = await tell(owner, body, http=http)
        before = whole.queue.counts().pending
        by_queue = await deliver(owner, event, LAST, http=http)
    assert (by_program.status_code, by_program.headers["retry-after"]) == (503, "2")
    assert (by_queue.status_code, by_queue.headers["retry-after"]) == (503, "192")
    assert whole.queue.counts().pending == before  # the schedule comes again by itself


async def email_check(deployment: Deployment, **env: str) -> Json:
    """What another instance reports about email."""
    async with deployment.changed(**env) as http:
        check: Json = (await http.get("/api/health")).json()["checks"]["email"]
        return check


async def test_health_says_why_the_last_look_into_the_mailbox_failed_until_one_succeeds(
    whole: Deployment, owner: User, mailbox: LocalMailbox
) -> None:
    event = json.dumps({"type": "email.received", "userId": "owner"}).encode()
    for imap, reason in (
        ("imap://me%40x.example:secret@127.0.0.1:1/", "the mailbox server cannot be reached"),
        (re.sub(":[^:@]+@", ":not-the-secret@", mailbox.imap_url), "rejected the login"),
        (
            "imaps://me%40x.example:secret@nowhere.invalid/",
            "the name of the mailbox server is not known",
        ),
    ):
        async with whole.changed(BRAIN_IMAP_URL=imap) as http:
            assert (await tell(owner, event, http=http)).status_code == 503
        check = await email_check(whole)
        assert check["ok"] is True
        [sentence] = check["faults"]
        assert sentence.startswith("The last look into the mailbox failed: ")
        assert reason in sentence
        assert "secret" not in sentence
    assert await email_check(whole, BRAIN_IMAP_URL="", BRAIN_SMTP_URL="") == {"ok": True}
    assert (await tell(owner, event)).status_code == 200
    assert await email_check(whole) == {"ok": True}


async def test_an_email_that_was_brought_is_kept_for_its_user_and_found_by_the_model(
    whole: Deployment,
) -> None:
    anna, ben = whole.user(), whole.user()
    payload = json.dumps(PAYLOAD | {"TextBody": "The code is 4711."}).encode()
    async with whole.changed(BRAIN_IMAP_URL="", BRAIN_SMTP_URL="") as http:
        assert (await post(anna, payload, http=http)).status_code == 200
        search: Json = {"name": "searchEmail", "arguments": {"query": "code"}}
        for user, found in ((anna, True), (ben, False)):
            word = f"Search for {user.id}"
            await whole.direct(word, {"calls": [search]}, said(QUIT, "That is all."))
            asked = {"text": word}
            await http.post("/api/voiceToBrain", json=asked, headers=user.headers)
            [_, second] = await whole.asked(word)
            assert ("The code is 4711." in json.dumps(second)) is found


async def test_an_email_of_hostile_values_can_be_kept(whole: Deployment) -> None:
    user = whole.user()
    odd = {
        "FromFull": {"Email": f"{'x' * 9_000}@example.org", "Name": "A\0\ud83d" * 400},
        "ToFull": [{"Email": f"p{number}@example.org"} for number in range(300)],
        "Subject": "s\0\ud83d" * 2_000,
        "TextBody": "t\0\ud83d " * 60_000,
        "Headers": [{"Name": "Message-ID", "Value": "<\0\ud83d@x>"}],
        "Attachments": [{"Name": "n\0" * 900, "ContentLength": 10**300}] * 200,
    }
    payload = json.dumps(PAYLOAD | odd).encode()
    assert (await post(user, payload)).status_code == 200
    database = Postgres(whole.env["DATABASE_URL"])
    [found] = await PostgresEmails(database).newest(user.id, limit=5)
    await database.close()
    assert found.subject.startswith("s\ufffds")
