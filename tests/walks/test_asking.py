"""Asking first, on the whole stack: from the user's wish to the email that the mail server accepts.

The rules of the scripted model answer, so the messages show the results of sending.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from local.faults import Fault
from local.mailbox.maildir import emails
from local.mailbox.messages import Sent
from local.mailbox.settings import EMAIL_USER
from local.model.rules import NOT_SURE
from local.stack import MAX_DURATION
from tests.walks.conftest import LIMIT_S, Json, Person, Town, founded

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEASE_S = 3  # seconds; short, so that a take-over happens soon
MAX_DURATION_S = 60  # seconds; long enough that no invocation is cut off while sending

ANNA, BEN = "anna@example.org", "ben@example.org"
SENT, LEFT = "I have sent it.", "All right, I leave it."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run a stack with its own mailbox, whose invocations have enough time."""
    asked = {MAX_DURATION: str(MAX_DURATION_S), "BRAIN_LEASE_S": str(LEASE_S)}
    async with founded(tmp_path_factory.mktemp("place"), asked) as place:
        yield place


@pytest.fixture
def owner(place: Town) -> Person:
    """Return the user who owns the mailbox."""
    return place.person(EMAIL_USER)


async def is_asked(owner: Person) -> Json:
    """Ask for an email; returns the question whether it may be sent."""
    outcome = await owner.ask(f"Send an email to {ANNA}: Lunch?", patience=0)
    question = await owner.answer(outcome)
    assert question["kind"] == "question"
    return question


async def decide(owner: Person, question: Json, type: str, **more: Any) -> httpx.Response:
    """Decide a question as a page does with its buttons."""
    order = {"type": type, "questionId": question["id"], "patience": 0, **more}
    return await owner.post("/api/control", order)


async def turn_cold(place: Town) -> dict[str, int | None]:
    """Make every later request find a new process; returns the old pids."""
    functions = place.stack.functions
    return {name: functions.retire(name) for name in functions.names()}


def sent(place: Town, owner: Person) -> list[Sent]:
    """Return the accepted emails that contain this owner's word."""
    return [email for email in place.stack.services.mailbox.sent() if owner.word in email.text]


def copies(place: Town, owner: Person) -> int:
    """Return how many emails with the owner's word are in the folder of sent emails."""
    folder = place.stack.services.mailbox.inbox / ".Sent"
    return sum(owner.word.encode() in raw for raw in emails(folder))


async def after(owner: Person, question: Json) -> list[Json]:
    """Return what the brain has said since the question."""
    path = f"/api/messages?sinceSeq={question['seq']}"
    entries: list[Json] = (await owner.get(path)).json()["messages"]
    return [entry for entry in entries if entry["role"] == "brain"]


async def test_an_approved_email_goes_once_to_the_edited_recipient_from_a_cold_instance(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    assert f"To: {ANNA}" in question["text"]
    assert owner.word in question["text"]
    assert sent(place, owner) == []

    before = await turn_cold(place)
    waiting = (await owner.get("/api/questions")).json()["question"]
    edited = waiting["question"]["arguments"] | {"to": [BEN]}
    first = await decide(owner, question, "edit", arguments=edited)
    assert place.stack.functions.pid("control") != before["control"]
    again = await decide(owner, question, "edit", arguments=edited)
    assert [answer.json()["message"]["text"] for answer in (first, again)] == [SENT, SENT]
    assert again.json()["message"] == first.json()["message"]
    [email] = sent(place, owner)
    assert (email.recipients, email.to) == ((BEN,), BEN)

    as_it_was_asked = await decide(owner, question, "approve")
    assert as_it_was_asked.status_code == 409
    assert len(sent(place, owner)) == 1


async def test_two_devices_that_approve_at_the_same_time_send_one_email(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    answers = await asyncio.gather(*(decide(owner, question, "approve") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [m["text"] for m in await after(owner, question)] == [SENT]
    [email] = sent(place, owner)
    assert email.recipients == (ANNA,)


async def test_the_first_of_two_devices_decides_and_a_yes_after_a_no_sends_nothing(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    no, yes = [await decide(owner, question, type) for type in ("reject", "approve")]
    assert no.json()["message"]["text"] == LEFT
    assert (yes.status_code, yes.headers["content-type"]) == (409, "application/problem+json")
    assert sent(place, owner) == []
    assert (await owner.get("/api/questions")).json()["question"] is None


async def test_a_spoken_yes_sends_the_email_and_another_yes_sends_nothing_more(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    early = await owner.post("/api/voiceToBrain", {"text": "Yes, please.", "patience": 0})
    assert early.json()["message"]["text"] != SENT
    assert sent(place, owner) == []

    question = await is_asked(owner)
    heard = {"type": "heard", "seq": question["seq"], "how": "played"}
    assert (await owner.post("/api/control", heard)).status_code == 200
    await asyncio.sleep(1.1)  # the user needs a second to answer what they have heard
    yes = await owner.post("/api/voiceToBrain", {"text": "Yes, please.", "patience": 0})
    assert yes.json()["message"]["text"] == f"Sent to {ANNA}. {SENT}"
    await owner.post("/api/voiceToBrain", {"text": "Yes, please.", "patience": 0})
    [email] = sent(place, owner)
    assert email.recipients == (ANNA,)


# ---- kill -9 during sending


async def test_kill_9_between_the_servers_yes_and_the_copy_sends_one_email_and_reports_doubt(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    deciding = asyncio.create_task(decide(owner, question, "approve"))
    async with asyncio.timeout(LIMIT_S):
        while not sent(place, owner):  # noqa: ASYNC110 - a folder gives no notification when it grows
            await asyncio.sleep(0)  # not cancelled: the copy takes some turns of this loop
    place.stack.functions.kill("control", signal.SIGKILL)
    assert (await deciding).status_code == 502
    assert copies(place, owner) == 0

    again = await decide(owner, question, "approve")
    assert (await owner.answer(again.json()))["text"] == NOT_SURE
    assert len(sent(place, owner)) == 1


async def test_kill_9_between_the_copy_and_the_record_sends_one_email_without_doubt(
    place: Town, owner: Person
) -> None:
    question = await is_asked(owner)
    faults = place.stack.services.store.faults
    recording = faults.add(Fault(kind="hang", body=r"\"is\":\"returned\""))
    deciding = asyncio.create_task(decide(owner, question, "approve"))
    async with asyncio.timeout(LIMIT_S):
        await recording.struck()
    place.stack.functions.kill("control", signal.SIGKILL)
    assert (await deciding).status_code == 502
    assert copies(place, owner) == 1

    again = await decide(owner, question, "approve")
    assert (await owner.answer(again.json()))["text"] == SENT
    assert len(sent(place, owner)) == 1
