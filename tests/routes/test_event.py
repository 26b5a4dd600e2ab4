"""POST /api/eventToBrain, over HTTP, with the local services behind it: the three doors, and what
of an event reaches the user.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from brain.cloud.postgres.database import Postgres
from brain.cloud.redis.scripts import Keys
from brain.codec import dumps
from brain.email.flow import check_event
from brain.email.http import MAX_POSTMARK_BYTES
from brain.email.postgres import PostgresEmails
from brain.http.edge import MAX_BODY_BYTES
from brain.reminders.model import Reminder
from brain.reminders.redis import RedisReminders
from brain.reminders.rules import EARLY_S, due_event
from local.engines import postgres
from local.mailbox.server import LocalMailbox, local_mailbox
from tests.email.test_postmark import PAYLOAD
from tests.routes.stage import (
    EVENT_SECRET,
    POSTMARK_PASSWORD,
    Deployment,
    Json,
    User,
    deployed,
    token,
)
from tests.routes.test_again import LAST, outage, signed_for
from tests.routes.test_voice import QUIT, said

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/api/eventToBrain"
OTHER_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
NUMBERS = count(1)
DOOR = "The door is open."


def signed(body: bytes, *, id: str = "", secret: str = EVENT_SECRET) -> dict[str, str]:
    """What the library's signer makes of it."""
    id, at = id or f"evt_{next(NUMBERS)}", datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }


def door(user: User, **changed: Any) -> bytes:
    """An event that a program reports."""
    event: Json = {"type": "event", "userId": user.id, "data": {"text": "The door is open"}}
    return json.dumps(event | changed).encode()


async def tell(
    user: User, body: bytes, *, http: httpx.AsyncClient | None = None, **options: Any
) -> httpx.Response:
    """What a program does."""
    http = http or user.deployment.http
    return await http.post(PATH, content=body, headers=signed(body, **options))


async def comes(user: User) -> None:
    """A page of the user's asks, and has done so for a while."""
    (await user.get("/api/status")).raise_for_status()


async def notified(user: User) -> list[str]:
    """What the user was notified of."""
    return [entry["text"] for entry in await user.log() if entry.get("kind") == "notification"]


# ---- programs that sign


async def test_a_listening_user_hears_of_an_event_within_the_call(user: User) -> None:
    await comes(user)
    answer = await tell(user, door(user))
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert answer.headers["cache-control"] == "no-store"
    [message] = user.heard()
    assert (message["text"], message["kind"], message["speak"]) == (
        DOOR, "notification", "whenIdle",
    )  # fmt: skip
    assert message["doneAfterThis"] is False
    assert message["expiresAt"] is not None
    assert await user.log() == [message]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            {
                "type": "email.received",
                "data": {"from": "Anna <anna@example.org>", "subject": "Dinner"},
            },
            "An email from Anna has just arrived: Dinner.",
        ),
        ({"type": "reminder.due", "data": {"text": "The laundry"}}, "A reminder: The laundry."),
        (
            {"type": "document.changed", "data": {"title": "Shopping", "text": "Ben added milk"}},
            "The document Shopping has changed: Ben added milk.",
        ),
        (
            {"type": "event", "data": {"text": "the door is open", "source": "Home"}},
            "Home reports: the door is open.",
        ),
    ],
)
async def test_each_type_of_event_is_told_in_its_words(user: User, event: Json, text: str) -> None:
    await comes(user)
    assert (await tell(user, door(user, **event))).status_code == 200
    assert [message["text"] for message in user.heard()] == [text]


async def test_an_event_that_is_told_twice_is_one_notification(user: User) -> None:
    await comes(user)
    body = door(user)
    answers = await asyncio.gather(*(tell(user, body, id="evt_twice") for _ in range(3)))
    answers.append(await tell(user, body, id="evt_twice"))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [message["text"] for message in user.heard()] == [DOOR]
    assert await notified(user) == [DOOR]


async def test_an_event_for_one_user_is_heard_by_no_other(deployment: Deployment) -> None:
    anna, ben = deployment.user(), deployment.user()
    for user in (anna, ben):
        await comes(user)
    await tell(anna, door(anna))
    assert (await notified(anna), await notified(ben)) == ([DOOR], [])
    assert ben.heard() == []


async def test_what_happened_while_nobody_was_there_is_told_when_somebody_is(user: User) -> None:
    for number in range(3):
        mail = {"from": "Anna <anna@example.org>", "subject": f"No. {number}"}
        event: Json = {"type": "email.received", "data": mail}
        assert (await tell(user, door(user, **event))).status_code == 200
    assert (await notified(user), user.heard()) == ([], [])
    await comes(user)
    text = "While you were away: 3 emails from Anna, the last about No. 2."
    await user.until_heard(text)
    assert await notified(user) == [text]


async def test_what_happens_while_the_brain_thinks_waits_for_its_last_word(
    deployment: Deployment, user: User
) -> None:
    await deployment.direct(f"Think, {user.id}", said(QUIT, "So be it.", delay_s=1))
    await comes(user)
    asking = asyncio.create_task(user.ask(f"Think, {user.id}"))
    async with asyncio.timeout(20):
        while not await deployment.asked(f"Think, {user.id}"):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.02)
    assert (await tell(user, door(user))).status_code == 200
    assert user.heard() == []
    assert (await asking).json()["message"]["text"] == "So be it."
    await user.until_heard(DOOR)
    assert [entry["text"] for entry in await user.log()][1:] == ["So be it.", DOOR]


# ---- who is not let in


@pytest.mark.parametrize("secret", [OTHER_SECRET, None])
async def test_who_does_not_sign_with_the_secret_is_401(user: User, secret: str | None) -> None:
    await comes(user)
    body = door(user)
    headers = signed(body, secret=secret) if secret else {}
    answer = await user.deployment.http.post(PATH, content=body, headers=headers)
    assert answer.status_code == answer.json()["status"] == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await notified(user), user.heard()) == ([], [])


async def test_a_signature_of_another_body_or_a_users_token_is_401(user: User) -> None:
    http = user.deployment.http
    forged = await http.post(PATH, content=door(user), headers=signed(b"{}"))
    with_token = await http.post(PATH, content=door(user), headers=user.headers)
    assert (forged.status_code, with_token.status_code) == (401, 401)


async def test_where_no_secret_is_set_it_is_named(user: User) -> None:
    async with user.deployment.changed(BRAIN_EVENT_SECRET="") as http:
        answer = await tell(user, door(user), http=http)
    assert (answer.status_code, answer.json()["detail"]) == (500, "BRAIN_EVENT_SECRET is missing")


async def test_only_post_is_taken(deployment: Deployment) -> None:
    answer = await deployment.http.get(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# ---- what is not taken


async def test_a_long_body_is_413_and_its_kind_is_not_looked_at(user: User) -> None:
    for size, status in ((MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413)):
        body = door(user, padding="")
        body = body[:-2] + b"x" * (size - len(body)) + b'"}'
        headers = {**signed(body), "Content-Type": "text/plain"}
        answer = await user.deployment.http.post(PATH, content=body, headers=headers)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b"{", 400, None),
        (b"[]", 422, ["body"]),
        (b"{}", 422, ["type", "userId"]),
        (b'{"type":"event","userId":"anna"}', 422, ["data.text"]),
        (b'{"type":"email.received","userId":"a","data":{"from":"x"}}', 422, ["data.from"]),
        (b'{"type":"mailbox.check","userId":"anna"}', 422, ["type"]),  # the queue's alone
    ],
)
async def test_a_body_that_does_not_fit_is_told_by_its_fields(
    user: User, body: bytes, status: int, fields: list[str] | None
) -> None:
    answer = await tell(user, body)
    problem: Json = answer.json()
    assert answer.status_code == problem["status"] == status
    assert fields is None or [error["field"] for error in problem["errors"]] == fields


async def test_a_store_that_cannot_be_reached_is_503_and_the_sender_comes_again(
    user: User,
) -> None:
    await comes(user)
    body = door(user)
    with outage(user.deployment):
        answer = await tell(user, body, id="evt_outage")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (await tell(user, body, id="evt_outage")).status_code == 200
    assert await notified(user) == [DOOR]


# ---- Postmark


def basic(password: str = POSTMARK_PASSWORD, scheme: str = "Basic") -> dict[str, str]:
    credentials = base64.b64encode(f"postmark:{password}".encode()).decode()
    return {"Authorization": f"{scheme} {credentials}"}


async def post(
    user: User,
    payload: bytes | None = None,
    *,
    headers: dict[str, str] | None = None,
    http: httpx.AsyncClient | None = None,
    **query: str,
) -> httpx.Response:
    """What Postmark does."""
    return await (http or user.deployment.http).post(
        PATH,
        params={"userId": user.id, **query},
        content=json.dumps(PAYLOAD).encode() if payload is None else payload,
        headers=basic() if headers is None else headers,
    )


ARRIVED = "An email from Postmarkapp Support has just arrived: Test subject."


@pytest.mark.parametrize("scheme", ["Basic", "basic"])
async def test_an_email_that_postmark_posts_is_told_once(user: User, scheme: str) -> None:
    await comes(user)
    for _ in range(2):
        answer = await post(user, headers=basic(scheme=scheme))
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert [message["text"] for message in user.heard()] == [ARRIVED]


async def test_postmarks_word_without_its_password_is_401_and_not_read(user: User) -> None:
    too_long = b"x" * (MAX_BODY_BYTES * 2)
    for headers in (basic("a password of another's"), basic("")):
        assert (await post(user, too_long, headers=headers)).status_code == 401
    async with user.deployment.changed(BRAIN_POSTMARK_PASSWORD="") as http:
        assert (await post(user, http=http)).status_code == 401


async def test_an_email_of_some_megabytes_is_taken_and_one_of_more_is_413(user: User) -> None:
    await comes(user)
    attachment = {"Name": "a", "ContentType": "a/b", "ContentLength": 3, "Content": ""}
    payload = PAYLOAD | {"Attachments": [attachment]}
    room = MAX_POSTMARK_BYTES - len(json.dumps(payload).encode())
    for more, status in ((0, 200), (1, 413)):
        attachment["Content"] = "x" * (room + more)
        answer = await post(user, json.dumps(payload).encode())
        assert answer.status_code == status
    assert [message["text"] for message in user.heard()] == [ARRIVED]


async def test_what_is_no_email_of_postmarks_is_422(user: User) -> None:
    answer = await post(user, b'{"RecordType":"Bounce"}')
    assert (answer.status_code, answer.json()["detail"]) == (422, "FromFull has no Email")
    odd = await post(user, userId="")
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (422, "userId")


# ---- the queue


async def deliver(
    user: User,
    event: Json,
    headers: dict[str, str] | None = None,
    *,
    route: str = PATH,
    http: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """What the queue does."""
    body = json.dumps(event).encode()
    signature = signed_for(user.deployment, body, route)
    sent = {"Upstash-Signature": signature, **(headers or {})}
    return await (http or user.deployment.http).post(PATH, content=body, headers=sent)


async def set_reminder(user: User, text: str = "The oven") -> str:
    """One whose time has come."""
    reminders = RedisReminders(user.deployment.functions.wirings[PATH].redis)
    reminder = Reminder(id=f"r-{user.id}", text=text, at=datetime.now(UTC))
    await reminders.add(user.id, reminder)
    return reminder.id


async def test_a_reminder_that_the_model_sets_comes_back_by_the_queue(
    deployment: Deployment, user: User
) -> None:
    at = datetime.now(UTC) + timedelta(seconds=EARLY_S - 1)  # so soon that an early call will do
    call: Json = {"name": "remind", "arguments": {"text": "The oven", "at": at.isoformat()}}
    await deployment.direct(f"Remind {user.id}", {"calls": [call]}, said(QUIT, "I will."))
    assert (await user.ask(f"Remind {user.id}")).json()["message"]["text"] == "I will."
    await comes(user)
    assert user.heard() == []
    deployment.queue.deliver_now()
    heard = await user.until_heard("A reminder: The oven.")
    assert heard["speak"] == "now"
    async with asyncio.timeout(20):
        await deployment.queue.idle()
    assert await RedisReminders(deployment.functions.wirings[PATH].redis).all(user.id) == []


async def test_what_the_queue_tells_thrice_is_told_once(user: User) -> None:
    await comes(user)
    event = due_event(user.id, await set_reminder(user))
    answers = [await deliver(user, event) for _ in range(3)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"ok": True})] * 3
    assert [message["text"] for message in user.heard()] == ["A reminder: The oven."]


async def test_who_is_not_the_queue_brings_nothing_back(user: User) -> None:
    event = due_event(user.id, await set_reminder(user))
    await comes(user)
    body, http = json.dumps(event).encode(), user.deployment.http
    by_program = await tell(user, body)
    for_another_route = await deliver(user, event, route="/api/brainToBrain")
    # A header of the queue's leads to its door, whatever else is right.
    headers = {**signed(body), "Upstash-Signature": "a.b.c"}
    forged = await http.post(PATH, content=body, headers=headers)
    assert (by_program.status_code, by_program.json()["errors"][0]["field"]) == (422, "data.text")
    assert (for_another_route.status_code, forged.status_code) == (401, 401)
    assert await notified(user) == []


@pytest.mark.parametrize(
    ("retried", "seconds"), [(None, "3"), ("0", "3"), ("1", "12"), ("2", "48"), ("x", "3")]
)
async def test_when_the_store_is_away_the_queue_is_asked_to_come_again_later_each_time(
    user: User, retried: str | None, seconds: str
) -> None:
    headers = {} if retried is None else {"Upstash-Retried": retried}
    with outage(user.deployment):
        answer = await deliver(user, due_event(user.id, "r"), headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, seconds)


async def test_after_the_queues_last_retry_a_new_message_brings_the_reminder(
    deployment: Deployment, user: User
) -> None:
    await comes(user)
    event = due_event(user.id, await set_reminder(user))
    headers = LAST | {"Upstash-Message-Id": f"msg-of-{user.id}"}
    before = deployment.queue.counts().pending
    with outage(deployment):
        answers = [await deliver(user, event, headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert deployment.queue.counts().pending == before + 1
    assert user.heard() == []
    deployment.queue.deliver_now()
    await user.until_heard("A reminder: The oven.")


async def test_a_look_into_the_mailbox_comes_again_by_itself(
    deployment: Deployment, user: User
) -> None:
    before = deployment.queue.counts()
    with outage(deployment):
        # The owner's: nobody else's mailbox is looked into, in an outage or not.
        answer = await deliver(user, check_event(user.id), LAST)
    assert answer.status_code == 200
    assert deployment.queue.counts().pending == before.pending


async def test_while_the_queue_is_away_too_it_is_still_asked_to_come_again(user: User) -> None:
    async with user.deployment.changed(QSTASH_URL="http://127.0.0.1:1") as http:
        with outage(user.deployment):
            answer = await deliver(user, due_event(user.id, "r"), LAST, http=http)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "192")


async def test_a_reminder_that_newer_code_has_set_is_left_to_it(user: User) -> None:
    wiring = user.deployment.functions.wirings[PATH]
    form = dumps({"v": 2, "id": "r", "every": "morning"})
    key = Keys.of(user.id).key("reminders")
    await wiring.redis.execute(["HSET", key, "r", form], limit_s=4)
    answer = await deliver(user, due_event(user.id, "r"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


@pytest.mark.parametrize(
    ("event", "fields"),
    [({}, ["type", "userId"]), ({"type": "event", "userId": "anna"}, ["type"])],
)
async def test_what_the_queue_does_not_bring_for_us_is_422(
    user: User, event: Json, fields: list[str]
) -> None:
    answer = await deliver(user, event)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields


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
        "FromFull": {"Email": f"{'x' * 15_000}@example.org", "Name": "A\0\ud83d" * 400},
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
