"""POST /api/eventToBrain, called by the queue."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from brain.cloud.redis.scripts import Keys
from brain.codec import dumps
from brain.email.flow import check_event
from brain.reminders.redis import RedisReminders
from brain.reminders.rules import EARLY_S, due_event
from tests.routes.event_stage import PATH, comes, deliver, notified, set_reminder, signed, tell
from tests.routes.stage import Deployment, Json, User
from tests.routes.test_again import LAST, outage
from tests.routes.test_voice import QUIT, said

pytestmark = pytest.mark.asyncio(loop_scope="package")


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
