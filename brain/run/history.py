"""The older log as it is searched, told and shown: what lasts of it, and whose words it holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

from brain.run.journal import Entry, Joined
from brain.run.messages import Kind, LogEntry, Message, Utterance

FRESH = timedelta(minutes=30)  # a pause after which a talk is over, and what it was about looked up
NEUTRAL = "[told the user of something that others wrote]"  # in place of what it was


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
        case Message(foreign=False):
            return ""
        case Message(kind=Kind.NOTIFICATION):
            return "a notice of something outside"
        case Message():
            return "an answer that quotes what others wrote"
        case _:
            assert_never(entry)


def is_withheld(entry: LogEntry, journal: Sequence[Entry]) -> bool:
    """Whether a run is told only that something was said: others' words are not kept before the
    model beyond the talk that they belong to.

    It is as it was when the run began, so that a run which has been shown them stays one that has.
    """
    if not isinstance(entry, Message) or not entry.foreign:
        return False
    joined = next((each.utterance for each in journal if isinstance(each, Joined)), None)
    return joined is not None and joined.created_at - entry.created_at >= FRESH


def moment(text: str) -> datetime | None:
    """The time that a date or a time in ISO 8601 means, UTC unless it says otherwise; None for
    anything else.
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
