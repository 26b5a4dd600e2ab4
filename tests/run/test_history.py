"""Rules for older log entries, as values."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from brain.chat.notes import OFFER
from brain.memory.rules import foreign_source, is_lasting
from brain.run.history import FRESH, is_withheld, offers
from brain.run.journal import Entry, Equipped, Joined
from brain.run.messages import Heard, How, Kind, LogEntry, Message, Utterance

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
SAID = Utterance(
    id="u", seq=1, text="Hi", message_id="m", run_id="r", created_at=MOMENT
)  # fmt: skip


def message(text: str = "Hi", *, kind: Kind = Kind.SAY, foreign: bool = False) -> Message:
    return Message(
        id="m", seq=2, kind=kind, text=text, done_after_this=True, run_id="r", answers_seq=1,
        created_at=MOMENT, foreign=foreign,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "lasting"),
    [
        (SAID, True),
        (message(), True),
        (message(kind=Kind.NOTIFICATION), True),
        (message(kind=Kind.QUESTION), True),
        (message(kind=Kind.BREADCRUMB), False),
        (message(""), False),
    ],
)
def test_breadcrumbs_and_empty_messages_are_not_searchable(entry: LogEntry, lasting: bool) -> None:
    assert is_lasting(entry) is lasting


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        (SAID, ""),
        (message(), ""),
        (message(foreign=True), "an answer that quotes what others wrote"),
        (message(kind=Kind.NOTIFICATION), ""),
        (message(kind=Kind.NOTIFICATION, foreign=True), "a notice of something outside"),
    ],
)
def test_an_entry_with_foreign_text_names_its_source(entry: LogEntry, source: str) -> None:
    assert foreign_source(entry) == source


def begun(after: timedelta) -> list[Entry]:
    """The journal of a run whose first text came so long after the messages here."""
    texts = [replace(SAID, created_at=MOMENT + after), replace(SAID, created_at=MOMENT + 9 * after)]
    return [Equipped(seq=1, tools=()), *(Joined(utterance=text) for text in texts)]


@pytest.mark.parametrize(
    ("entry", "journal", "withheld"),
    [
        (message(foreign=True), begun(FRESH), True),
        (message(foreign=True, kind=Kind.NOTIFICATION), begun(FRESH), True),
        (message(foreign=True), begun(FRESH - timedelta(seconds=1)), False),
        (message(foreign=True), begun(-FRESH), False),
        (message(foreign=True), [], False),
        (message(), begun(FRESH), False),
        (SAID, begun(FRESH), False),
    ],
)
def test_foreign_text_is_withheld_from_a_run_that_began_after_a_pause(
    entry: LogEntry, journal: list[Entry], withheld: bool
) -> None:
    assert is_withheld(entry, journal) is withheld


def answer(seq: int, *, run: str = "", kind: Kind = Kind.SAY) -> Message:
    return replace(message(kind=kind), id=f"m{seq}", seq=seq, run_id=run or f"r{seq}")


@pytest.mark.parametrize(
    ("mark", "entries", "is_offered"),
    [
        (Heard(seq=2, how=How.CUT_OFF, chars=9), [answer(2)], True),
        (Heard(seq=2, how=How.UNSPOKEN), [answer(2)], True),
        (Heard(seq=2, how=How.UNSPOKEN), [answer(2, run="a"), answer(3, run="a")], True),
        (Heard(seq=2, how=How.UNSPOKEN), [answer(2), answer(3, kind=Kind.NOTIFICATION)], True),
        (Heard(seq=2, how=How.UNSPOKEN), [answer(2), answer(4)], False),
        (Heard(seq=2, how=How.PLAYED), [answer(2)], False),
        (Heard(seq=2, how=How.SHOWN), [answer(2)], False),
        (Heard(seq=2, how=How.UNSPOKEN), [answer(2, kind=Kind.BREADCRUMB)], False),
        (Heard(seq=2, how=How.UNSPOKEN), [replace(answer(2), withdrawn=True)], False),
        (Heard(seq=9, how=How.UNSPOKEN), [answer(2)], False),
    ],
)
def test_an_answer_that_was_not_heard_is_offered_in_the_next_reply_and_not_again(
    mark: Heard, entries: list[LogEntry], is_offered: bool
) -> None:
    assert offers([mark], entries) == ([OFFER] if is_offered else [])
