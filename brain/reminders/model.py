"""Reminders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from brain.codec import SPARSE


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A text to announce at a time. `foreign`: the run that set it had read others' text."""

    id: str
    text: str
    at: datetime
    foreign: Annotated[bool, SPARSE] = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderDue:
    """The queue's call for a reminder, at its time or at an earlier stage."""

    id: str
