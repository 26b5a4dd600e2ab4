"""The older log as it is searched and told: what lasts of it, and whose words it holds."""

from datetime import UTC, datetime
from typing import assert_never

from brain.domain.messages import Kind, LogEntry, Message, Utterance


def is_lasting(entry: LogEntry) -> bool:
    """Whether a search may find it: breadcrumbs and silent ends say nothing that lasts."""
    match entry:
        case Utterance():
            return True
        case Message():
            return entry.kind is not Kind.BREADCRUMB and entry.text != ""
        case _:
            assert_never(entry)


def foreign_source(entry: LogEntry) -> str:
    """Whose words it may hold besides the user's and the brain's own; empty for nobody's."""
    match entry:
        case Utterance():
            return ""
        case Message(kind=Kind.NOTIFICATION):
            return "a notice of something outside"
        case Message():
            return "an answer that quotes what others wrote" if entry.foreign else ""
        case _:
            assert_never(entry)


def moment(text: str) -> datetime | None:
    """The time that a date or a time in ISO 8601 means, UTC unless it says otherwise; None for
    anything else.
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
