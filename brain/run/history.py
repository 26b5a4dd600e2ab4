"""Rules for older log entries: which are kept, who wrote them, which the model is not shown."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from brain.run.journal import Entry, Joined
from brain.run.messages import Kind, LogEntry, Message, Utterance

FRESH = timedelta(minutes=30)  # after a pause of this length a conversation is over
NEUTRAL = "[said something to the user that quotes what others wrote]"  # replaces the text


def is_lasting(entry: LogEntry) -> bool:
    """Whether a search may find the entry. Breadcrumbs and empty messages are excluded."""
    match entry:
        case Utterance():
            return True
        case Message():
            return entry.kind is not Kind.BREADCRUMB and entry.text != ""
        case _:
            assert_never(entry)


def foreign_source(entry: LogEntry) -> str:
    """Return which third party may have written part of the entry; empty if none."""
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
    """Whether the model is shown a neutral note instead of this entry.

    Text by third parties is shown only within the conversation it belongs to. The age counts from
    the start of the run, not from now: an entry that a run was shown stays visible, and so the run
    stays tainted.
    """
    if not isinstance(entry, Message) or not entry.foreign:
        return False
    joined = next((each.utterance for each in journal if isinstance(each, Joined)), None)
    return joined is not None and joined.created_at - entry.created_at >= FRESH
