"""POST /api/eventToBrain, called by Postmark."""

import json

import pytest

from brain.email.http import MAX_POSTMARK_BYTES
from brain.http.edge import MAX_BODY_BYTES
from tests.email.test_postmark import PAYLOAD
from tests.routes.event_stage import basic, comes, post
from tests.routes.stage import User

pytestmark = pytest.mark.asyncio(loop_scope="package")
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
