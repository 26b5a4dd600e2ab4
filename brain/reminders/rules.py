"""Reminders: which can be set, and by which stages the queue gets to their time."""

import math
from datetime import UTC, datetime, timedelta, tzinfo

from brain.codec import Json, iso
from brain.reminders.model import Reminder
from brain.texts.words import unkeepable

MAX_CHARS = 500  # a reminder is a sentence; what is longer is a document to be reminded of
LONGEST = timedelta(days=366)
STAGE_S = 6 * 24 * 3600.0  # seconds; the queue keeps a message for seven days, on the free plan
EARLY_S = 30.0  # seconds by which the queue's clock may be ahead of ours
DUE = "reminder.due"  # the type of our own event


def objection(text: str, at: datetime, now: datetime) -> str:
    """Why this cannot be a reminder, in words for the model; empty if it can."""
    if not text.strip() or len(text) > MAX_CHARS:
        return f"say in 1 to {MAX_CHARS} characters what it is about"
    if at <= now:
        return f"{iso(at)} is over, it is {iso(now)}"
    if at > now + LONGEST:
        return "it can be at most a year ahead"
    return unkeepable(text)


def moment(text: str, zone: tzinfo) -> datetime | None:
    """The time that the text names, in UTC, by the user's clock if it says no offset; None for no
    time.
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (
        ValueError,
        OverflowError,
    ):  # in UTC it may lie before the first year, or after the last
        return None


def is_due(reminder: Reminder, now: datetime) -> bool:
    """Whether a call for it that comes now has come for its time."""
    return _left_s(reminder, now) <= EARLY_S


def stage(reminder: Reminder, now: datetime) -> tuple[float, str]:
    """The delay of the queue's next call for it, in seconds, and what that call is deduplicated by:
    the same for all who ask for this stage.

    A call that comes early by the queue's clock is through with its stage all the same: it would
    ask for it under the same name, and the queue would take that for the call it has just made.
    """
    left_s = _left_s(reminder, now)
    stages = max(math.ceil((left_s - EARLY_S) / STAGE_S), 1)
    return max(left_s - (stages - 1) * STAGE_S, 0.0), f"reminder-{reminder.id}-{stages}"


def due_event(user_id: str, reminder_id: str) -> Json:
    """What the queue tells when its time has come. The text stays in the store."""
    return {"type": DUE, "userId": user_id, "data": {"reminderId": reminder_id}}


def _left_s(reminder: Reminder, now: datetime) -> float:
    return (reminder.at - now).total_seconds()
