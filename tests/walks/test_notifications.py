"""Notifications on the whole stack: from a webhook to what the user hears."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from brain.cloud.redis.scripts import Keys
from tests.walks.conftest import LIMIT_S, Json, Person, Town, founded, goes_on, says
from tests.walks.listening import listening, next_message
from tests.walks.outside import POSTMARK_PASSWORD, an_email, post, tell

pytestmark = pytest.mark.asyncio(loop_scope="session")

DINNER = "An email from Anna has just arrived: Dinner."
BY_POSTMARK = "An email from Postmarkapp Support has just arrived: Test subject."
OTHER_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
ANSWER = "Here is what I have found, word by word, and it takes a while to say."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack whose invocations have time, with a warm function for events: an event must
    arrive while something else is still going on.
    """
    asked = {"BRAIN_POSTMARK_PASSWORD": POSTMARK_PASSWORD}
    async with founded(tmp_path_factory.mktemp("place"), asked) as town:
        assert (await tell(town, an_email(town.person(), "Warm"))).status_code == 200
        yield town


async def comes(person: Person) -> None:
    """Mark the person as present, as each open page does."""
    (await person.get("/api/status")).raise_for_status()


async def goes_away(town: Town, person: Person, away: timedelta) -> None:
    """Make the page's last sign of life older: no test waits for an hour."""
    env, key = town.stack.services.env, Keys.of(person.id).key("here")
    async with httpx.AsyncClient(
        base_url=env["UPSTASH_REDIS_REST_URL"],
        headers={"Authorization": f"Bearer {env['UPSTASH_REDIS_REST_TOKEN']}"},
    ) as redis:
        last, came, left = (await redis.post("/", json=["GET", key])).json()["result"].split()
        earlier = round(away.total_seconds() * 1000)
        was_here = f"{int(last) - earlier} {int(came) - earlier} {left}"
        answer = await redis.post("/", json=["SET", key, was_here, "KEEPTTL"])
    assert answer.json()["result"] == "OK"


async def told(person: Person) -> list[str]:
    """Return the notifications in the person's log."""
    return [entry["text"] for entry in await person.log() if entry.get("kind") == "notification"]


async def answered_by_pieces(town: Town, person: Person) -> AsyncIterator[tuple[str, Json]]:
    """Yield the events of an answer that is heard while it comes."""
    headers = {"Authorization": f"Bearer {person.token()}", "Accept": "text/event-stream"}
    body, name = {"text": person.word}, ""
    async with town.http.stream("POST", "/api/voiceToBrain", json=body, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


# ---- twice, and forged


async def test_a_signed_webhook_that_comes_twice_is_one_notification(
    town: Town, person: Person
) -> None:
    await comes(person)
    body, id = an_email(person, "Dinner"), f"evt_{person.word}"
    at_once = await asyncio.gather(*(tell(town, body, id=id) for _ in range(3)))
    later = await tell(town, body, id=id)
    assert [answer.status_code for answer in (*at_once, later)] == [200] * 4
    assert [message["text"] for message in person.heard()] == [DINNER]
    assert await told(person) == [DINNER]


async def test_an_email_that_postmark_posts_twice_is_one_notification(
    town: Town, person: Person
) -> None:
    await comes(person)
    answers = [await post(town, person) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [message["text"] for message in person.heard()] == [BY_POSTMARK]
    assert await told(person) == [BY_POSTMARK]


async def test_a_forged_or_old_webhook_is_401_and_has_no_effect(town: Town, person: Person) -> None:
    await comes(person)
    body, now = an_email(person, "Dinner"), datetime.now(UTC)
    answers = [
        await tell(town, body, secret=OTHER_SECRET),
        await tell(town, body, at=now - timedelta(minutes=6)),
        await tell(town, body, at=now + timedelta(minutes=6)),
        await post(town, person, password="a password of another's"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert (person.heard(), await person.log()) == ([], [])
    await tell(town, body)  # the same body is announced once it is signed and fresh
    assert await told(person) == [DINNER]


# ---- when it is announced


async def test_a_present_user_who_hears_nothing_else_is_notified_within_the_call(
    town: Town, person: Person
) -> None:
    await comes(person)
    assert (await tell(town, an_email(person, "Dinner"))).status_code == 200
    [message] = person.heard()
    assert (message["text"], message["kind"], message["speak"]) == (
        DINNER, "notification", "whenIdle",
    )  # fmt: skip
    assert await person.log() == [message]


async def test_two_emails_during_a_spoken_answer_wait_for_its_end_and_are_one_message(
    town: Town, person: Person
) -> None:
    await comes(person)
    await person.script({"text": ANSWER, "gates": {person.word: 4}})
    events: list[tuple[str, Json]] = []
    async for event in answered_by_pieces(town, person):
        events.append(event)
        if [name for name, _ in events].count("content") == 1 and event[0] == "content":
            for subject in ("Dinner", "Lunch"):
                assert (await tell(town, an_email(person, subject))).status_code == 200
            await person.open(person.word)
    pieces = [data for name, data in events if name == "content"]
    assert len(pieces) > 3, "the emails came during the pieces"
    assert events[-1][1]["message"]["text"] == ANSWER

    await person.until_heard("Meanwhile: 2 emails from Anna, the last about Lunch.")
    assert [entry["text"] for entry in await person.log()] == [
        person.word,
        ANSWER,
        "Meanwhile: 2 emails from Anna, the last about Lunch.",
    ]
    assert len(person.heard()) == 1


async def test_during_a_long_run_a_notification_comes_between_two_sentences(
    town: Town, person: Person
) -> None:
    await comes(person)
    looking = goes_on("I am looking.", gates={person.word: 0})
    await person.script(looking, says("Here it is.", delay_s=1))
    asking = asyncio.create_task(person.ask("Find it.", patience=0))
    await person.until_asked(1)
    assert (await tell(town, an_email(person, "Dinner"))).status_code == 200
    await person.open(person.word)
    await asking
    assert [entry["text"] for entry in await person.log()][1:] == [
        "I am looking.", DINNER, "Here it is.",
    ]  # fmt: skip
    assert [message["text"] for message in person.heard()] == ["I am looking.", DINNER]


async def test_after_an_hour_away_twelve_emails_are_one_digest(town: Town, person: Person) -> None:
    await comes(person)
    hour = timedelta(hours=1)
    await goes_away(town, person, hour)
    left = datetime.now(UTC) - hour
    for number in range(1, 13):
        at = left + number * timedelta(minutes=5)
        body = an_email(person, f"No. {number}", timestamp=at.isoformat())
        assert (await tell(town, body)).status_code == 200
    assert (person.heard(), await person.log()) == ([], [])

    await comes(person)
    digest = "While you were away: 12 emails from Anna, the last about No. 12."
    message = await person.until_heard(digest)
    await comes(person)
    assert await person.log() == [message]
    assert len(person.heard()) == 1


async def test_a_user_who_only_listens_on_the_channel_is_notified_and_after_leaving_on_return(
    town: Town, person: Person
) -> None:
    async with asyncio.timeout(LIMIT_S):
        async with listening(town, person) as channel:
            assert (await tell(town, an_email(person, "Dinner"))).status_code == 200
            assert (await next_message(channel))["text"] == DINNER
        assert (await tell(town, an_email(person, "Lunch"))).status_code == 200
        assert await told(person) == [DINNER]
        async with listening(town, person) as channel:
            back = await next_message(channel)
    assert await told(person) == [DINNER, back["text"]]
    assert "Lunch" in back["text"]


# ---- which events are announced


async def prefers(person: Person, **wishes: Any) -> None:
    """Change the person's settings."""
    (await person.call("PUT", "/api/preferences", json=wishes)).raise_for_status()


def about_now() -> Json:
    """Return quiet hours that include the present."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    return {"from": f"{now - hour:%H:%M}", "until": f"{now + hour:%H:%M}"}


async def test_tell_me_when_anna_writes_becomes_a_rule_and_other_emails_are_not_announced(
    town: Town, person: Person
) -> None:
    await comes(person)
    await prefers(person, emails="rules")
    assert (await person.ask("Tell me when Anna writes.", patience=0))["message"]["text"] == (
        "I will tell you when Anna writes."
    )
    [rule] = (await person.get("/api/rules")).json()["rules"]
    assert (rule["from"], rule["kinds"]) == ("Anna", ["email"])
    assert (await post(town, person)).status_code == 200
    assert (await tell(town, an_email(person, "Dinner"))).status_code == 200
    assert await told(person) == [DINNER]


async def test_in_quiet_hours_only_a_reminder_is_heard_and_the_rest_afterwards(
    town: Town, person: Person
) -> None:
    await comes(person)
    await prefers(person, quiet=about_now())
    assert (await tell(town, an_email(person, "Dinner"))).status_code == 200
    oven: Json = {"type": "reminder.due", "userId": person.id, "data": {"text": "The oven"}}
    assert (await tell(town, json.dumps(oven).encode())).status_code == 200
    [reminder] = person.heard()
    assert (reminder["text"], reminder["speak"]) == ("A reminder: The oven.", "now")

    await prefers(person, quiet=None)
    await comes(person)
    await person.until_heard(DINNER)
    assert await told(person) == ["A reminder: The oven.", DINNER]
