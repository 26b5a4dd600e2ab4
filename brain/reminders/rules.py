"""Reminders: which are valid, and when the queue calls for them."""

import math
from datetime import datetime, timedelta

from brain.codec import Json, iso
from brain.reminders.model import Reminder
from brain.texts.words import unkeepable

MAX_CHARS = 500  # a reminder is a sentence; a longer text belongs in a document
LONGEST = timedelta(days=366)
STAGE_S = 6 * 24 * 3600.0  # seconds; on its free plan the queue keeps a message for seven days
EARLY_S = 30.0  # seconds by which the queue's clock may run ahead of ours
DUE = "reminder.due"  # the type of our own event


def objection(text: str, at: datetime, now: datetime) -> str:
    """Say for the model why the reminder is invalid; empty if it is valid."""
    if not text.strip() or len(text) > MAX_CHARS:
        return f"text must have 1 to {MAX_CHARS} characters"
    if at <= now:
        return f"{iso(at)} is in the past, the time is {iso(now)}"
    if at > now + LONGEST:
        return "at must be at most a year ahead"
    return unkeepable(text)


def is_due(reminder: Reminder, now: datetime) -> bool:
    """Whether the reminder's time has come, or comes within `EARLY_S` seconds."""
    return _left_s(reminder, now) <= EARLY_S


def stage(reminder: Reminder, now: datetime) -> tuple[float, str]:
    """The delay of the queue's next call in seconds, and the deduplication id of that call.

    All requests for the same stage have the same id. A call that is up to `EARLY_S` seconds early
    counts as the end of its stage. Otherwise it would request its own stage again, and the queue
    would drop the request as a duplicate.
    """
    left_s = _left_s(reminder, now)
    stages = max(math.ceil((left_s - EARLY_S) / STAGE_S), 1)
    return max(left_s - (stages - 1) * STAGE_S, 0.0), f"reminder-{reminder.id}-{stages}"


def due_event(user_id: str, reminder_id: str) -> Json:
    """The event that the queue sends for the reminder. The text stays in the store."""
    return {"type": DUE, "userId": user_id, "data": {"reminderId": reminder_id}}


def _left_s(reminder: Reminder, now: datetime) -> float:
    return (reminder.at - now).total_seconds()
