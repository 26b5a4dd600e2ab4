"""Rules for older log entries: which of them the model is not shown."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from brain.chat.notes import OFFER
from brain.chat.results import OPEN
from brain.run.journal import Entry, Joined
from brain.run.messages import Heard, How, Kind, LogEntry, Message, Utterance

FRESH = timedelta(minutes=30)  # after a pause of this length a conversation is over
NEUTRAL = "[said something to the user that quotes what others wrote]"  # replaces the text


def is_withheld(entry: LogEntry, journal: Sequence[Entry]) -> bool:
    """Whether the model is shown a neutral note instead of this entry.

    Text by third parties is shown only within the conversation it belongs to. The age counts from
    the start of the run: what a run was shown stays visible, and so the run stays tainted.
    """
    if not isinstance(entry, Message) or not entry.foreign:
        return False
    joined = next((each.utterance for each in journal if isinstance(each, Joined)), None)
    return joined is not None and joined.created_at - entry.created_at >= FRESH


def offers(heard: Iterable[Heard], entries: Iterable[LogEntry]) -> list[str]:
    """Return a note for the model if the user has not heard all of its last answer."""
    partly = {mark.seq for mark in heard if mark.how in (How.UNSPOKEN, How.CUT_OFF)}
    said = [e for e in entries if isinstance(e, Message) and e.kind is Kind.SAY and not e.withdrawn]
    return [OFFER] if any(e.seq in partly and e.run_id == said[-1].run_id for e in said) else []


def open_questions(
    heard: Iterable[Heard], entries: Iterable[LogEntry], joined: Iterable[Utterance]
) -> list[str]:
    """Return a note for the model on the question of `entries` that waits for a decision, if any.

    `joined` are the texts of the run; one of them may have decided it since.
    """
    decided = {each.decision.question_id for each in joined if each.decision}
    waiting = {mark.seq for mark in heard if mark.is_open}
    return [
        OPEN.format(entry.question.tool)
        for entry in entries
        if isinstance(entry, Message) and entry.question and entry.question.whom == "user"
        if entry.seq in waiting and entry.id not in decided
    ]
