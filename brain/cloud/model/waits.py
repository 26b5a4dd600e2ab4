"""Reads how long a provider asks to wait, from the headers or from the text of an error. Pure."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNIT = r"milliseconds?|millis|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h"
_AMOUNT = r"\d{1,9}(?:\.\d{1,9})?"
_DURATION = (
    rf"((?:{_AMOUNT}\s{{0,2}}(?:{_UNIT})(?![a-z])[\s,]{{0,2}}|{_AMOUNT}(?:{_UNIT}))+|{_AMOUNT})"
)
_TOLD = (
    re.compile(rf"retry[_-]?delay\W{{1,6}}{_DURATION}", re.IGNORECASE),
    re.compile(rf"(?:try|retry|wait|again)(?: again)?(?: in| after| for)?:? {_DURATION}", re.I),
    re.compile(rf"retry[_-]?after(?:[_-]?seconds)?\W{{1,6}}{_DURATION}", re.IGNORECASE),
    re.compile(rf"estimated_time\W{{1,6}}{_DURATION}", re.IGNORECASE),
)
_TOLD_MS = re.compile(r"retry[_-]?after[_-]?ms\W{1,6}(\d{1,9}(?:\.\d{1,9})?)", re.IGNORECASE)
_PART = re.compile(rf"(\d{{1,9}}(?:\.\d{{1,9}})?)\s{{0,2}}({_UNIT})?", re.IGNORECASE)


def told_wait_s(headers: Mapping[str, str], words: str) -> float | None:
    """Return how many seconds the provider asks to wait; None if it does not say."""
    told = retry_after_s(headers)
    if told is None and (found := _TOLD_MS.search(words)):
        told = float(found[1]) / 1000
    matches = (pattern.search(words) for pattern in _TOLD)
    in_words = next((_seconds(match[1]) for match in matches if match), None)
    return in_words if told is None else told


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in the header Retry-After; None without that header."""
    milliseconds, wait = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    if (number := _number(milliseconds)) is not None:
        return number / 1000
    return _number(wait) if _number(wait) is not None else _until(wait, headers.get("date", ""))


def _until(moment: str, now: str) -> float | None:
    """Return the seconds between two HTTP dates, both by the server's clock."""
    try:
        return max(
            0.0, (parsedate_to_datetime(moment) - parsedate_to_datetime(now)).total_seconds()
        )
    except (ValueError, TypeError, IndexError, OverflowError):  # not dates, or one without a zone
        return None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text.strip()) else None


def _seconds(duration: str) -> float:
    """Return the seconds of a duration such as 4, 3.5s or 1m30s."""
    return sum(float(part[1]) * _UNITS[_unit(part[2])] for part in _PART.finditer(duration))


def _unit(name: str | None) -> str:
    if not name:
        return "s"
    return "ms" if name.lower().startswith("mil") or name.lower() == "ms" else name[0].lower()
