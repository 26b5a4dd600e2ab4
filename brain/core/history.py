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
    """From whom, in words, the entry has words that neither the user nor the brain chose; empty
    if from nobody.
    """
    match entry:
        case Utterance():
            return ""
        case Message():
            return "a notice of something outside" if entry.kind is Kind.NOTIFICATION else ""
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
