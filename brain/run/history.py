"""Rules for older log entries: which of them the model is not shown."""

from collections.abc import Sequence
from datetime import timedelta

from brain.run.journal import Entry, Joined
from brain.run.messages import LogEntry, Message

FRESH = timedelta(minutes=30)  # after a pause of this length a conversation is over
NEUTRAL = "[said something to the user that quotes what others wrote]"  # replaces the text


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
