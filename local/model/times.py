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
MONTHS = {
    name: month
    for month, names in enumerate(
        ("january januar", "february februar", "march märz", "april", "may mai", "june juni",
         "july juli", "august", "september", "october oktober", "november", "december dezember"),
        1,
    )
    for name in names.split()
}  # fmt: skip
MINUTES = {"fifteen": 15, "thirty": 30, "forty": 40, "forty-five": 45, "forty five": 45,
           "fifty": 50, "twenty": 20, "zwanzig": 20, "dreißig": 30, "fünfzehn": 15}  # fmt: skip
AMOUNTS = {"half an": 0.5, "einer halben": 0.5, "a": 1, "an": 1, "einer": 1, "einem": 1}
UNITS = {"second": 1, "sekunde": 1, "minute": 60, "viertelstunde": 900, "quarter of an hour": 900,
         "hour": 3600, "stunde": 3600, "day": 86_400, "tag": 86_400, "week": 604_800,
         "woche": 604_800}  # fmt: skip
EARLY = 7  # of a day that is named: a smaller hour is one of the afternoon

_HOUR = "|".join(sorted((*HOURS, *NOON), key=len, reverse=True))
_MINUTES = "|".join(sorted((*MINUTES, *HOURS), key=len, reverse=True))
_TIME = re.compile(
    r"(?:\b(?:at|um|gegen|by)\s+|\b(?=\d{1,2}(?:[:.]\d\d)?\s*[ap]\.?m\b))(?:an?\s+)?"
    rf"(?:(?P<part>{'|'.join(PARTS)})\s+|(?P<some>\d{{1,2}}|{_MINUTES})(?:\s+minute[ns]?)?\s+"
    r"(?P<side>past|after|to|before|nach|vor)\s+(?P<middle>halb\s+)?)?"
    rf"(?P<hour>\d{{1,2}}(?=\s*[ap]\.?m\b)|(?:\d{{1,2}}|{_HOUR})\b)(?:[:.](?P<minute>\d\d)|\s+(?P<spelled>{'|'.join(MINUTES)})\b)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*(?:o['’]clock|uhr)(?:\s+(?P<more>\d\d))?\b)?",  # noqa: RUF001 - a quotation mark
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"\b(?:(?:on|next|am|nächsten)\s+)?(?P<weekday>{'|'.join(DAYS)})\b"
    rf"|\b(?:(?:on|am)\s+)?(?:the\s+)?(?P<number>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?"
    rf"(?P<month>{'|'.join(MONTHS)})\b"
    rf"|\b(?:on\s+)?(?P<month_first>{'|'.join(MONTHS)})\s+(?P<number_last>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"|\b(?P<later>the day after tomorrow|day after tomorrow|übermorgen)\b"
    r"|\b(?P<tomorrow>tomorrow|morgen)\b|\b(?P<today>today|heute)\b|\b(?P<tonight>tonight)\b",
    re.IGNORECASE,
)
_SOON = re.compile(
    rf"\bin\s+(?P<amount>\d{{1,4}}|{'|'.join((*AMOUNTS, *MINUTES, *HOURS))})\s+"
    rf"(?P<unit>{'|'.join(UNITS)})(?:s|n|en)?\b",
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
    """Find a time of day in the text, or how long it is until then; None without one."""
    soon = _SOON.search(text)
    if soon is not None:
        rest = text[: soon.start()] + " " + text[soon.end() :]
        if _TIME.search(rest) is None:
            return When(at=now + _until(soon), rest=_ENDS.sub("", " ".join(rest.split())))
        # A time on a later day: any time of that day is still to come.
        now = (now + _until(soon)).replace(hour=0, minute=0)
        text = f"{rest} today"
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


def _until(soon: re.Match[str]) -> timedelta:
    word = soon["amount"].lower()
    amount = float(word) if word.isdecimal() else {**HOURS, **MINUTES, **AMOUNTS}[word]
    return timedelta(seconds=amount * UNITS[soon["unit"].lower()])


def _minutes(time: re.Match[str]) -> int:
    """Return the minutes after the hour; before it, they are below 0."""
    some = (time["some"] or "").lower()
    if not some:
        part = PARTS.get((time["part"] or "").lower(), 0)
        spelled = MINUTES.get((time["spelled"] or "").lower(), 0)
        return int(time["minute"] or time["more"] or spelled) + part
    count = int(some) if some.isdecimal() else int({**HOURS, **MINUTES}[some])
    is_after = time["side"].lower() in ("past", "after", "nach")
    return (count if is_after else -count) - (30 if time["middle"] else 0)


def _times(time: re.Match[str], *, is_late: bool, is_early: bool) -> list[int]:
    """Return the minutes of the day that are meant, the earlier one first."""
    word = time["hour"].lower()
    minute = _minutes(time)
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
    if day["month"] or day["month_first"]:
        return _on_date(day, start)
    return start + timedelta(days=2 if day["later"] else 1 if day["tomorrow"] else 0)


def _on_date(day: re.Match[str], start: datetime) -> datetime:
    """Return the next day with this date; a date that does not exist is today."""
    month = MONTHS[(day["month"] or day["month_first"]).lower()]
    number = int(day["number"] or day["number_last"])
    for year in (start.year, start.year + 1):
        try:
            date = start.replace(year=year, month=month, day=number)
        except ValueError:
            continue
        if date >= start:
            return date
    return start


def _next(times: list[int], date: datetime | None, now: datetime) -> datetime:
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if date is None or date == start:
        moments = [start + timedelta(days=days, minutes=one) for days in (0, 1) for one in times]
        return next(moment for moment in moments if moment > now)
    usual = [one for one in times if one >= EARLY * 60] or times
    return date + timedelta(minutes=usual[0])
