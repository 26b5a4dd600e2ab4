"""Dates and times between a model and the brain, in the user's time zone."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

MAX_ZONE_CHARS = 64
DEFAULT_ZONE = "UTC"  # of users of whom no time zone is known

# Systems also have folders (`posix/…`) and rules with leap seconds (`right/…`).
_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_NONE = frozenset({"Factory", "Etc/Unknown"})  # names for "nobody has set one"

type ZoneOf = Callable[[str], Awaitable[tzinfo | None]]
"""Returns the time zone that a user has set, by the user's id; None if none is set."""


async def none_set(user_id: str) -> tzinfo | None:
    """The time zone of users who cannot have set one."""
    return None


def zone_in(given: object) -> str | None:
    """The name of a time zone that a device or a user gave; None if there is no such zone.

    Names that were replaced, such as `Asia/Calcutta`, are names: browsers still report them.
    """
    return given if isinstance(given, str) and _zone(given) is not None else None


def zone_named(name: str | None) -> tzinfo:
    """The time zone with this name; UTC if this machine does not know it."""
    return (_zone(name) if name else None) or UTC


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Parse an ISO 8601 date or time; one without an offset is in `zone`. None if it is not one.

    A local time that does not exist, because clocks go forward, is the same wall time an hour
    later. Of one that exists twice, it is the first.
    """
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the offset may lead out of the years 1 to 9999
        return None


def local(at: datetime, zone: tzinfo) -> str:
    """Return a time as the model is shown it: with the user's offset, to the minute."""
    return at.astimezone(zone).isoformat(timespec="minutes")


@lru_cache(maxsize=1024)  # the same texts are in every request
def clock_in_words(at: datetime, zone: str | None) -> str:
    """Return a time with its weekday and time zone, to the minute: `Sunday, 2026-11-29 21:08 in
    Europe/Berlin (UTC+01:00)`.
    """
    here = at.astimezone(zone_named(zone))
    is_utc = here.tzinfo is UTC or zone == DEFAULT_ZONE
    where = "UTC" if is_utc else f"in {zone} (UTC{here:%:z})"
    return f"{here:%A, %Y-%m-%d %H:%M} {where}"


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo  # imported here: not every function needs it

    if len(name) > MAX_ZONE_CHARS or name in _NONE or not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown zone; an invalid name; a folder's name
        return None
