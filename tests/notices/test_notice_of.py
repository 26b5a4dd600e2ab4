"""From an event to its notice."""

from typing import Any

import pytest
from msgspec.structs import replace

from brain.events.model import EVENT_KINDS, Event
from brain.notices.deciding import (
    KEPT_CHARS,
    LIFE,
    notice_of,
)
from brain.notices.model import Notice, Unheard
from brain.notices.spoken import REMINDER_CHARS
from tests.notices.deciding_stage import (
    HERE,
    MORNING,
    NOON,
    plan,
)

EVENT = Event(
    id="e", kind="email", at=NOON, text="Dear user", sender="Anna", address="anna@example.org",
    subject="Lunch",
)  # fmt: skip


def test_an_email_is_told_by_who_and_what_alone() -> None:
    assert notice_of(EVENT) == Notice(
        id="e", kind="email", text="", urgent=False, at=NOON, sender="Anna", subject="Lunch",
        expires_at=NOON + LIFE["email"],
    )  # fmt: skip
    assert notice_of(replace(EVENT, sender=None)).sender == "anna@example.org"


def test_what_only_the_user_has_written_is_no_foreign_text_and_together_with_others_it_is() -> None:
    mine = notice_of(replace(EVENT, id="r", kind="reminder", text="The oven", foreign=False))
    theirs = replace(mine, id="t", foreign=True)
    assert [said.foreign for said in plan(mine).now] == [False]
    assert [said.foreign for said in plan(mine, theirs).now] == [True]
    again = replace(HERE, unheard=Unheard(message_id="m", notices=(theirs,)))
    assert [said.foreign for said in plan(mine, situation=again).now] == [True]


def test_of_a_document_it_is_told_how_it_has_changed() -> None:
    changed = notice_of(replace(EVENT, kind="document", text="Ben added milk"))
    assert (changed.text, changed.subject) == ("Ben added milk", "Lunch")


def test_of_a_long_text_no_more_is_kept_than_can_be_spoken() -> None:
    kept = notice_of(replace(EVENT, kind="event", text="x" * 100_000)).text
    assert REMINDER_CHARS < len(kept) == KEPT_CHARS


def test_words_chosen_by_judgement_are_told_instead() -> None:
    assert notice_of(EVENT, words="Anna cannot come.").text == "Anna cannot come."
    door = replace(EVENT, kind="event", text="door open")
    assert (notice_of(door).text, notice_of(door, words="w").text) == ("door open", "w")


@pytest.mark.parametrize(
    ("kind", "event_urgent", "asked", "urgent"),
    [
        ("email", False, False, False),
        ("email", True, False, True),
        ("email", False, True, True),
        ("document", False, False, False),
        ("reminder", False, False, True),
    ],
)
def test_a_reminder_is_urgent_and_else_who_says_so(
    kind: Any, event_urgent: bool, asked: bool, urgent: bool
) -> None:
    event = replace(EVENT, kind=kind, urgent=event_urgent)
    assert notice_of(event, urgent=asked).urgent is urgent


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_an_event_that_does_not_say_when_it_expires_lives_as_long_as_its_kind(kind: Any) -> None:
    event = replace(EVENT, kind=kind)
    assert notice_of(event).expires_at == NOON + LIFE[event.kind]
    assert notice_of(replace(event, expires_at=MORNING)).expires_at == MORNING
