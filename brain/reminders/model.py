"""What the user wants to be reminded of, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from brain.codec import SPARSE


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A text for a time. `foreign`: it was set in a run that had read what others wrote."""

    id: str
    text: str
    at: datetime
    foreign: Annotated[bool, SPARSE] = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderDue:
    """The time of a reminder has come, or a stage of the way there."""

    id: str
