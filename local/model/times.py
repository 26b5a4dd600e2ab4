"""Times as people say them: "at six", "tomorrow at half past seven", "am Montag um halb acht".

A time is wall-clock time of the user. Where morning and evening are both possible, it is the next
one to come.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

NAMES = (
    ("twelve", "zwölf"), ("one", "eins", "ein"), ("two", "zwei"), ("three", "drei"),
    ("four", "vier"), ("five", "fünf"), ("six", "sechs"), ("seven", "sieben"), ("eight", "acht"),
    ("nine", "neun"), ("ten", "zehn"), ("eleven", "elf"),
)  # fmt: skip
HOURS = {name: hour for hour, names in enumerate(NAMES) for name in names}
NOON = {"noon": 12, "mittag": 12, "midnight": 0, "mitternacht": 0}
WEEKDAYS = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"), ("friday", "freitag"), ("saturday", "samstag"),
    ("sunday", "sonntag"),
)  # fmt: skip
DAYS = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
PARTS = {"half past": 30, "quarter past": 15, "viertel nach": 15, "halb": -30, "quarter to": -15,
         "viertel vor": -15}  # fmt: skip
EARLY = 7  # of a day that is named: a smaller hour is one of the afternoon

_HOUR = "|".join(sorted((*HOURS, *NOON), key=len, reverse=True))
_TIME = re.compile(
    rf"\b(?:at|um|gegen|by)\s+(?:an?\s+)?(?:(?P<part>{'|'.join(PARTS)})\s+)?"
    rf"(?P<hour>\d{{1,2}}|{_HOUR})\b(?:[:.](?P<minute>\d\d))?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*(?:o['’]clock|uhr)(?:\s+(?P<more>\d\d))?\b)?",  # noqa: RUF001 - a quotation mark
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"\b(?:(?:on|next|am|nächsten)\s+)?(?P<weekday>{'|'.join(DAYS)})\b"
    r"|\b(?P<tomorrow>tomorrow|morgen)\b|\b(?P<today>today|heute)\b|\b(?P<tonight>tonight)\b",
    re.IGNORECASE,
)
_EVENING = re.compile(
    r"\b(?:in the |this )?(?:evening|afternoon)\b|\b(?:abends?|nachmittags?)\b", re.IGNORECASE
)
_MORNING = re.compile(r"\b(?:in the |this )?morning\b|\bfrüh\b|\bmorgens\b", re.IGNORECASE)
_ENDS = re.compile(
    r"^\W*(?:(?:please|bitte|to|that|of|about|an|daran|dass|zu)\b\W*)*|[\s,;:.!?]+$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A time in a request, and the request without it."""

    at: datetime
    rest: str


def read_when(text: str, now: datetime) -> When | None:
    """Find a time of day in the text; None without one."""
    time = _TIME.search(text)
    if time is None:
        return None
    rest = text[: time.start()] + " " + text[time.end() :]
    day = _DAY.search(rest)
    if day is not None:
        rest = rest[: day.start()] + " " + rest[day.end() :]
    is_late = bool(_EVENING.search(rest) or (day and day["tonight"]))
    is_early = bool(_MORNING.search(rest))
    rest = " ".join(_MORNING.sub(" ", _EVENING.sub(" ", rest)).split())
    at = _next(_times(time, is_late=is_late, is_early=is_early), _date(day, now), now)
    return When(at=at, rest=_ENDS.sub("", rest))


def _times(time: re.Match[str], *, is_late: bool, is_early: bool) -> list[int]:
    """Return the minutes of the day that are meant, the earlier one first."""
    word = time["hour"].lower()
    part = PARTS.get((time["part"] or "").lower(), 0)
    minute = int(time["minute"] or time["more"] or 0) + part
    if word in NOON:
        return [(NOON[word] * 60 + minute) % 1440]
    hour = int(word) if word.isdecimal() else HOURS[word]
    is_whole = (time["half"] or "").lower()
    if hour > 12 or (word == "0"):
        return [(hour % 24 * 60 + minute) % 1440]
    early, late = [(half + hour % 12) * 60 + minute for half in (0, 12)]
    if is_whole or is_late or is_early:
        return [(late if is_whole == "p" or (is_late and not is_whole) else early) % 1440]
    return sorted((early % 1440, late % 1440))


def _date(day: re.Match[str] | None, now: datetime) -> datetime | None:
    """Return the beginning of the day that is named; None if none is."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if day is None:
        return None
    if day["weekday"]:
        return start + timedelta(days=(DAYS[day["weekday"].lower()] - now.weekday() - 1) % 7 + 1)
    return start + timedelta(days=1) if day["tomorrow"] else start


def _next(times: list[int], date: datetime | None, now: datetime) -> datetime:
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if date is None or date == start:
        moments = [start + timedelta(days=days, minutes=one) for days in (0, 1) for one in times]
        return next(moment for moment in moments if moment > now)
    usual = [one for one in times if one >= EARLY * 60] or times
    return date + timedelta(minutes=usual[0])
