"""POST /api/eventToBrain, called by programs that sign and by Postmark: what reaches the user, what
is refused.
"""

import asyncio
import base64
import json

import pytest

from brain.email.http import MAX_POSTMARK_BYTES
from brain.http.edge import MAX_BODY_BYTES
from tests.email.test_postmark import PAYLOAD
from tests.routes.event_stage import (
    DOOR,
    PATH,
    basic,
    comes,
    door,
    notified,
    post,
    signed,
    tell,
)
from tests.routes.stage import Deployment, Json, User
from tests.routes.test_again import outage
from tests.routes.test_voice import QUIT, said

pytestmark = pytest.mark.asyncio(loop_scope="package")
ARRIVED = "An email from Postmarkapp Support has just arrived: Test subject."
OTHER_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"

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
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("BRAIN_EVENT_SECRET is missing: set it")


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
