"""Reminders."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from brain.codec import SPARSE


class Reminder(Struct, frozen=True, kw_only=True):
    """A text to announce at a time. `foreign`: the run that set it had read others' text."""

    id: str
    text: str
    at: datetime
    foreign: Annotated[bool, SPARSE] = False


class ReminderDue(Struct, frozen=True, kw_only=True):
    """The queue's call for a reminder, at its time or at an earlier stage."""

    id: str
