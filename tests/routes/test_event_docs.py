"""Runs the example bodies and programs of docs/reference/events.md."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_wire
from tests.routes.event_stage import comes, notified, tell
from tests.routes.stage import EVENT_SECRET, POSTMARK_PASSWORD, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
TEXT = PAGE.read_text()
MOST_LINES = 150
LIMIT_S = 30.0  # seconds for a program to start and get its response


def shown(language: str) -> list[str]:
    """Return the examples in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


BODIES = [json.loads(example) for example in shown("json")]
EVENTS = [body for body in BODIES if "userId" in body]
SAID = re.findall(r"^> (.+)$", TEXT, re.MULTILINE)
PROGRAMS = [
    *(("bash", "-c", example) for example in shown("sh")),
    *((sys.executable, "-c", example) for example in shown("python")),
]
HEARD = ["Home reports: The laundry is done.", "An email from Anna has just arrived: Lunch.",
         "A reminder: The bins go out."]  # fmt: skip


async def test_the_page_is_short_and_shows_each_type_of_event() -> None:
    assert TEXT.count("\n") <= MOST_LINES
    types = ["email.received", "reminder.due", "document.changed", "event"]
    assert [event["type"] for event in EVENTS] == types
    assert all(f"`{type}`: " in TEXT for type in types)


@pytest.mark.parametrize(("event", "text"), [*zip(EVENTS, SAID, strict=True)])
async def test_an_example_body_gives_the_notification_below_it(
    user: User, event: dict[str, Any], text: str
) -> None:
    await comes(user)
    answer = await tell(user, json.dumps(event | {"userId": user.id}).encode())
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert await notified(user) == [text]


@pytest.mark.parametrize(("program", "text"), [*zip(PROGRAMS, HEARD, strict=True)])
async def test_an_example_program_reports_an_event(
    user: User, program: tuple[str, ...], text: str
) -> None:
    await comes(user)
    *command, example = program
    environment = {
        "PATH": os.environ["PATH"],
        "BRAIN": str(user.deployment.http.base_url).rstrip("/"),
        "BRAIN_EVENT_SECRET": EVENT_SECRET,
        "BRAIN_POSTMARK_PASSWORD": POSTMARK_PASSWORD,
    }
    for_user = example.replace('"owner"', f'"{user.id}"').replace("=owner", f"={user.id}")
    async with asyncio.timeout(LIMIT_S):
        running = await asyncio.create_subprocess_exec(
            *command, for_user, stdout=PIPE, stderr=PIPE, env=environment
        )
        said, complaint = await running.communicate()
    assert running.returncode == 0, complaint.decode()
    assert said.decode().strip() in ('{"ok":true}', "{'ok': True}")
    assert await notified(user) == [text]


async def test_the_example_problem_is_the_real_response(user: User) -> None:
    [problem] = [body for body in BODIES if "status" in body]
    data = {"from": "Anna"}
    event = {"type": "email.received", "userId": user.id, "data": data}
    answer = await tell(user, json.dumps(event).encode())
    assert (answer.status_code, answer.json()) == (422, problem)


async def test_the_settings_in_the_document_exist() -> None:
    [given] = [body for body in BODIES if "quiet" in body]
    assert isinstance(preferences_from_wire(given), Preferences)
