"""Moments, situations and notices for the tests of what is said when."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from brain.notices.deciding import (
    Plan,
    Situation,
    what_now,
)
from brain.notices.model import Notice
from brain.preferences.model import Preferences, Quiet
from brain.says import en

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)  # one o'clock in Berlin
NIGHT = datetime(2026, 1, 31, 23, tzinfo=UTC)  # midnight there
MORNING = datetime(2026, 2, 1, 6, tzinfo=UTC)  # seven there, when the quiet hours end
BERLIN = Preferences(quiet=Quiet(start=time(22), until=time(7)), zone="Europe/Berlin")
HERE = Situation(running=False, listening=True, last_contact=NIGHT)
BUSY = replace(HERE, running=True)
GONE = Situation(running=False, listening=False, last_contact=NOON - timedelta(hours=8))


def mail(id: str = "a", *, urgent: bool = False, **given: Any) -> Notice:
    plain: dict[str, Any] = {
        "id": id, "kind": "email", "text": "", "urgent": urgent, "at": NOON, "sender": "Anna",
        "subject": f"Letter {id}", "expires_at": NOON + timedelta(days=3),
    }  # fmt: skip
    return Notice(**{**plain, **given})


def plan(
    *notices: Notice,
    situation: Situation = HERE,
    now: datetime = NOON,
    preferences: Preferences = BERLIN,
) -> Plan:
    return what_now(notices, situation=situation, preferences=preferences, now=now, texts=en)
