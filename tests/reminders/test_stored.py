"""The form in which a reminder waits for its time."""

import pytest

from brain.errors import EntryUnreadable
from brain.reminders.model import Reminder
from brain.reminders.redis import REMINDER as FORM
from tests.fakes.clock import EPOCH

REMINDER = FORM.write(Reminder(id="r", text="The oven", at=EPOCH))


@pytest.mark.parametrize("foreign", [False, True])
def test_a_stored_reminder_is_read_back_unchanged(foreign: bool) -> None:
    reminder = Reminder(id="r", text="Grüße", at=EPOCH, foreign=foreign)
    assert FORM.read(FORM.write(reminder)) == reminder


@pytest.mark.parametrize(
    "changed",
    [
        REMINDER.replace('"v":1', '"v":2'),
        REMINDER.replace('"text"', '"what"'),
        REMINDER.replace("2026-01-01T", "some day"),
        "{}",
    ],
)
def test_an_invalid_stored_reminder_is_unreadable(changed: str) -> None:
    assert FORM.read(REMINDER).text == "The oven"
    with pytest.raises(EntryUnreadable):
        FORM.read(changed)
