"""Reminders as values: which can be set, and how the queue gets to their time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.email.flow import check_event
from brain.reminders.model import Reminder
from brain.reminders.rules import (
    EARLY_S,
    LONGEST,
    MAX_CHARS,
    STAGE_S,
    due_event,
    is_due,
    objection,
    stage,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
QUEUE_KEEPS_S = 7 * 24 * 3600  # seconds of the longest delay on the free plan


def due_in(seconds: float) -> Reminder:
    return Reminder(id="r", text="The oven", at=NOW + timedelta(seconds=seconds))


# ---- what can be set


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("The oven", NOW + MINUTE, ""),
        ("x" * MAX_CHARS, NOW + LONGEST, ""),
        ("x" * (MAX_CHARS + 1), NOW + MINUTE, "have 1 to 500 characters"),
        ("", NOW + MINUTE, "have 1 to 500 characters"),
        (" \n", NOW + MINUTE, "have 1 to 500 characters"),
        ("The oven", NOW, "2026-01-31T12:00:00.000Z is in the past"),
        ("The oven", NOW - DAY, "in the past, the time is 2026-01-31T12:00:00.000Z"),
        ("The oven", NOW + LONGEST + MINUTE, "at most a year ahead"),
        ("The\0oven", NOW + MINUTE, "NUL"),
        ("\ud83d", NOW + MINUTE, "surrogate"),
    ],
)
def test_a_reminder_is_a_sentence_for_a_time_within_a_year(
    text: str, at: datetime, reason: str
) -> None:
    found = objection(text, at, NOW)
    assert reason in found
    assert bool(reason) is bool(found)


# ---- how the queue gets there


def test_a_reminder_within_one_stage_is_called_for_at_its_time() -> None:
    assert stage(due_in(20), NOW) == (20.0, "reminder-r-1")
    assert stage(due_in(STAGE_S), NOW) == (STAGE_S, "reminder-r-1")


def test_a_later_reminder_is_reached_in_stages() -> None:
    assert stage(due_in(STAGE_S + 100), NOW) == (100.0, "reminder-r-2")
    assert stage(due_in(3 * STAGE_S), NOW) == (STAGE_S, "reminder-r-3")


def test_a_reminder_in_the_past_is_called_for_at_once() -> None:
    assert stage(due_in(-100), NOW) == (0.0, "reminder-r-1")


@pytest.mark.parametrize(
    ("seconds", "due"), [(-100, True), (0, True), (EARLY_S, True), (EARLY_S + 1, False)]
)
def test_a_call_that_is_slightly_early_counts_as_on_time(seconds: float, due: bool) -> None:
    assert is_due(due_in(seconds), NOW) is due


@settings(deadline=None)  # a busy machine is slow
@given(
    st.floats(0.001, LONGEST.total_seconds()),
    st.lists(st.floats(-EARLY_S, 3 * 24 * 3600), min_size=70, max_size=70),
)
def test_each_call_early_or_late_leads_to_another_until_the_reminder_is_due(
    seconds: float, delays: list[float]
) -> None:
    reminder, now, asked = due_in(seconds), NOW, set[str]()
    for late_s in delays:
        delay_s, name = stage(reminder, now)
        assert 0 <= delay_s < QUEUE_KEEPS_S
        assert name not in asked  # the queue would take it for one that it has made already
        asked.add(name)
        now += timedelta(seconds=max(delay_s + late_s, 0))
        if is_due(reminder, now):
            return
    raise AssertionError("it never comes to its end")


@settings(deadline=None)  # a busy machine is slow
@given(st.floats(1, LONGEST.total_seconds()), st.floats(0, 1))
def test_a_later_request_for_the_same_stage_has_the_same_id(seconds: float, later_s: float) -> None:
    reminder = due_in(seconds)
    (delay_s, name), (after_s, again) = (
        stage(reminder, NOW),
        stage(reminder, NOW + timedelta(seconds=later_s)),
    )
    if name == again:
        assert delay_s - after_s == pytest.approx(later_s, abs=1e-3)
    else:
        assert delay_s <= EARLY_S + later_s


def test_our_own_events_contain_no_text_of_the_user() -> None:
    assert due_event("anna", "r") == {
        "type": "reminder.due", "userId": "anna", "data": {"reminderId": "r"},
    }  # fmt: skip
    assert check_event("anna") == {"type": "mailbox.check", "userId": "anna", "data": {}}
