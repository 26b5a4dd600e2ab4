"""Dates and times between a model and the brain, in the user's time zone."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo

type ZoneOf = Callable[[str], Awaitable[tzinfo]]
"""Returns the time zone of a user, by the user's id."""


async def utc_for_all(user_id: str) -> tzinfo:
    """The time zone of users who cannot have set one."""
    return UTC


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Parse an ISO 8601 date or time; one without an offset is in `zone`. None if it is not one."""
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the offset may lead out of the years 1 to 9999
        return None


def local(at: datetime, zone: tzinfo) -> str:
    """Return a time as the model is shown it: with the user's offset, to the minute."""
    return at.astimezone(zone).isoformat(timespec="minutes")
