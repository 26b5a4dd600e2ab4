"""Measures how soon a user hears of an outside event, and how soon the brain reports what it is
doing.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from statistics import median

import httpx
from standardwebhooks import Webhook

from bench.stage import Json, Person, Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile, seconds_of
from brain.cloud.pusher import channel_names
from local.mailbox.settings import EMAIL_USER

TIMES = 30  # repetitions
WARM_UPS = 3  # not counted: processes start and SDKs are imported
THINKS_S = 1.5  # seconds that the model takes: longer than the question asked in the meantime
LIMIT_S = 60.0  # seconds for a message to arrive
PASSWORD = "a password of Postmark's"
FLOOR = "floor: two REST calls by hand, no model"
PROGRAM = "an event that a program signs, until the channel has it"
POSTMARK = "an email that Postmark posts, until the channel has it"
MAILBOX = "an email in the mailbox, until the channel has it"
DOING = "what are you doing? in mid-run, until the answer"
NUMBERS = count(1)


async def run(scale: Scale) -> list[Table]:
    """Each repetition is a new user with an open page, except in the mailbox's row."""
    found: dict[str, list[float]] = {}
    async with staged({"BRAIN_POSTMARK_PASSWORD": PASSWORD}) as stage:
        await stage.script(says(repeat=1_000_000, delay_s=THINKS_S))
        await _first_look(stage)
        for number in range(WARM_UPS + scale.times(TIMES)):
            figures = {
                FLOOR: await seconds_of(lambda: stage.ask_floor(stage.person(), loops=0)),
                PROGRAM: await _announced(stage, _by_program),
                POSTMARK: await _announced(stage, _by_postmark),
                MAILBOX: await _arrived(stage),
                DOING: await _status_question(stage),
            }
            if number >= WARM_UPS:
                for name, seconds in figures.items():
                    found.setdefault(name, []).append(seconds)
    floor = median(found[FLOOR])
    return [
        Table(
            title="From outside to the user, warm (aim: an email 3 s, a status question 300 ms)",
            columns=("median", "p90", "ratio to floor"),
            rows=[
                (name, ms(median(s)), ms(percentile(s, 90)), ratio(median(s), floor))
                for name, s in found.items()
            ],
            notes=("The mailbox's row includes reading it over IMAP and mirroring it.",),
        )
    ]


async def _first_look(stage: Stage) -> None:
    """Sync once, so that emails already in the mailbox do not count as new."""
    event = {"type": "email.received", "userId": EMAIL_USER}
    (await stage.http.send(_signed(stage, event, id="evt_first"))).raise_for_status()


async def _announced(stage: Stage, request: Callable[[Stage, Person, str], httpx.Request]) -> float:
    """Return the seconds from an event about an email to its notification on the channel."""
    person, subject = stage.person(), f"No. {next(NUMBERS)}"
    await _opens_page(stage, person)
    made = request(stage, person, subject)

    async def send() -> None:
        (await stage.http.send(made)).raise_for_status()
        await _until_heard(stage, person, subject)

    return await seconds_of(send)


async def _arrived(stage: Stage) -> float:
    """Return the seconds from an email's arrival in the mailbox to its notification on the
    channel.
    """
    owner, subject = stage.person(EMAIL_USER), f"No. {next(NUMBERS)}"
    await _opens_page(stage, owner)

    async def arrive() -> None:
        await stage.stack.services.mailbox.arrive(
            sender="Anna <anna@example.org>", subject=subject, body="At seven?"
        )
        await _until_heard(stage, owner, subject)

    return await seconds_of(arrive)


async def _status_question(stage: Stage) -> float:
    """Return the seconds until the brain answers what it is doing while it works on another
    question.
    """
    person, known = stage.person(), len(await stage.asked())
    first = asyncio.ensure_future(stage.ask(person, patience=0))
    while len(await stage.asked()) == known:  # noqa: ASYNC110 - the model is polled over HTTP
        await asyncio.sleep(0.01)
    answers: list[Json] = []

    async def ask() -> None:
        answers.append(await stage.ask(person, text="What are you doing?"))

    seconds = await seconds_of(ask)
    assert answers[0]["message"], answers
    assert not first.done(), "the run had already ended: increase THINKS_S"
    await first
    return seconds


def _by_program(stage: Stage, person: Person, subject: str) -> httpx.Request:
    data = {"from": "Anna <anna@example.org>", "subject": subject, "text": "At seven?"}
    event = {"type": "email.received", "userId": person.id, "data": data}
    return _signed(stage, event, id=f"evt_{person.id}")


def _signed(stage: Stage, event: Json, *, id: str) -> httpx.Request:
    body, at = json.dumps(event), datetime.now(UTC)
    secret = stage.stack.services.env["BRAIN_EVENT_SECRET"]
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body),
    }
    return httpx.Request("POST", _url(stage), content=body, headers=headers)


def _by_postmark(stage: Stage, person: Person, subject: str) -> httpx.Request:
    body = {
        "FromFull": {"Email": "anna@example.org", "Name": "Anna"},
        "Subject": subject,
        "TextBody": "At seven?",
        "MessageID": person.id,
    }
    credentials = base64.b64encode(f"postmark:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    url = f"{_url(stage)}?userId={person.id}"
    return httpx.Request("POST", url, json=body, headers=headers)


def _url(stage: Stage) -> str:
    return f"{stage.stack.url}/api/eventToBrain"


async def _opens_page(stage: Stage, person: Person) -> None:
    """Mark the user as present, as the user's page does."""
    url = f"{stage.stack.url}/api/status"
    (await stage.http.get(url, headers=person.headers)).raise_for_status()


async def _until_heard(stage: Stage, person: Person, subject: str) -> None:
    """Wait until the channel has carried a message with this subject."""
    name, _ = channel_names(person.id)
    pusher = stage.stack.services.pusher
    async with asyncio.timeout(LIMIT_S):
        await pusher.until(lambda: any(subject in event.data for event in pusher.events(name)))
