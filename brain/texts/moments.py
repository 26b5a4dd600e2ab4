"""Reads a date or a time that a model wrote."""

from datetime import UTC, datetime


def moment(text: str) -> datetime | None:
    """Parse an ISO 8601 date or time, in UTC if it has no offset; None if it is not one."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
