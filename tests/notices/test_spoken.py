"""How notices sound, as values."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.events.model import EVENT_KINDS
from brain.notices.model import Notice
from brain.notices.spoken import PIECE_CHARS, SPOKEN_CHARS, digest, spoken, spoken_line
from brain.says import en

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
SOON, LATER = MOMENT + timedelta(minutes=2), MOMENT + timedelta(minutes=2, seconds=1)


def notice(kind: Any = "email", text: str = "", **given: Any) -> Notice:
    plain = {"id": "n", "kind": kind, "text": text, "urgent": False, "at": MOMENT}
    return Notice(**{**plain, "foreign": kind != "reminder", **given})


def mail(sender: str | None = "Anna Smith", subject: str | None = "Lunch on Friday") -> Notice:
    return notice(sender=sender, subject=subject)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (mail(), "An email from Anna Smith has just arrived: Lunch on Friday."),
        (mail(subject="Re: AW: Fwd: Lunch?"), "An email from Anna Smith has just arrived: Lunch?"),
        (mail("Ben", "Rent: May"), "An email from Ben has just arrived: Rent: May."),
        (mail(subject=None), "An email from Anna Smith has just arrived."),
        (mail(subject="Re: "), "An email from Anna Smith has just arrived."),
        (mail(None, None), "An email has just arrived."),
        (mail("", ""), "An email has just arrived."),
        (mail("a.smith@example.org", ""), "An email from a smith has just arrived."),
        (mail("田中", "昼食。"), "An email from 田中 has just arrived: 昼食。"),
        (
            notice(text="Anna cannot come.", sender="Anna", subject="Lunch"),
            "An email from Anna has just arrived: Anna cannot come.",
        ),
        (notice("reminder", "call the bank"), "A reminder: call the bank."),
        (notice("reminder", "call the bank!"), "A reminder: call the bank!"),
        (notice("reminder"), "A reminder is due."),
        (
            notice("reminder", "call the bank", foreign=True),
            "A reminder: call the bank.",  # a program reports it
        ),
        (
            notice("reminder", "call the bank", foreign=True, id="reminder-1"),
            "A reminder from what others wrote: call the bank.",
        ),
        (notice("document", subject="Shopping"), "The document Shopping has changed."),
        (
            notice("document", "Ben added milk", subject="Shopping"),
            "The document Shopping has changed: Ben added milk.",
        ),
        (notice("document"), "A document has changed."),
        (notice("event", "the door is open"), "The door is open."),
        (notice("event", "the door is open", sender="House"), "House reports: the door is open."),
        (notice("event", subject="Door open"), "Door open."),
        (notice("event"), "Something has happened."),
    ],
)  # fmt: skip
def test_one_notice_is_one_sentence(given: Notice, sentence: str) -> None:
    assert spoken(given, SOON, en) == sentence


def test_an_email_from_a_while_ago_has_not_just_arrived() -> None:
    assert spoken(mail(), LATER, en) == "An email from Anna Smith has arrived: Lunch on Friday."


ANNA, BEN = mail("Anna", "Lunch"), mail("Ben", "Rent")
REMINDERS = [notice("reminder", text) for text in ("call the bank", "feed the cat.", "go", "run")]
DOCUMENTS = [notice("document", subject=name) for name in ("A", "B", "A", "C", "D", "E")]


@pytest.mark.parametrize(
    ("notices", "sentence"),
    [
        ([ANNA], "an email from Anna about Lunch"),
        ([mail("Anna", None)], "an email from Anna"),
        ([mail(None, None)], "an email"),
        ([mail("Anna", "Lunch .")] * 2, "2 emails from Anna, the last about Lunch"),
        ([ANNA, ANNA], "2 emails from Anna, the last about Lunch"),
        ([ANNA, mail("Anna", None)], "2 emails from Anna"),
        ([ANNA, BEN], "2 emails, the last from Ben about Rent"),
        ([ANNA, BEN, ANNA], "3 emails, 2 of them from Anna, the last about Lunch"),
        ([ANNA, ANNA, BEN], "3 emails, 2 of them from Anna, the last from Ben about Rent"),
        ([ANNA, BEN, ANNA, BEN], "4 emails, 2 of them from Ben, the last about Rent"),
        ([ANNA, ANNA, mail(None, None)], "3 emails, 2 of them from Anna"),
        ([ANNA, mail(None, "Rent")], "2 emails, the last about Rent"),
        ([mail(None, None)] * 2, "2 emails"),
        ([*[BEN] * 9, ANNA], "10 emails, 9 of them from Ben, the last from Anna about Lunch"),
        (REMINDERS[:1], "a reminder: call the bank"),
        (REMINDERS[:2], "2 reminders: call the bank and feed the cat"),
        (REMINDERS[:3], "3 reminders: call the bank, feed the cat and go"),
        (REMINDERS, "4 reminders: call the bank, feed the cat, go and 1 more"),
        ([notice("reminder")], "a reminder"),
        (
            [*REMINDERS[:2], notice("reminder", "pay", foreign=True, id="reminder-1")],
            "2 reminders: call the bank and feed the cat; and a reminder from what others wrote: "
            "pay",
        ),
        ([notice("reminder")] * 2, "2 reminders"),
        (DOCUMENTS[:1], "changes in A"),
        (DOCUMENTS[:3], "changes in A and B"),
        (DOCUMENTS, "changes in A, B, C and 2 more"),
        ([notice("document")], "a change in a document"),
        ([notice("document"), DOCUMENTS[0]], "changes in several documents"),
        ([notice("event", "the door is open")], "the door is open"),
        ([notice("event", "it rings", sender="House")], "House reports: it rings"),
        (
            [notice("event", "it rings"), notice("event", "it burns")],
            "2 other things, the last: it burns",
        ),
        ([notice("event")], "something has happened"),
        (
            [ANNA, REMINDERS[0]],
            "an email from Anna about Lunch; and a reminder: call the bank",
        ),
        (
            [notice("event", "it rings"), DOCUMENTS[0], REMINDERS[0], ANNA, BEN],
            "2 emails, the last from Ben about Rent; a reminder: call the bank; changes in A; "
            "and it rings",
        ),
    ],
)  # fmt: skip
def test_several_notices_are_one_sentence(notices: list[Notice], sentence: str) -> None:
    assert digest(notices, en, away=True) == f"While you were away: {sentence}."
    assert digest(notices, en, away=False) == f"Meanwhile: {sentence}."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain words", "plain words"),
        (" two\n lines\t", "two lines"),
        ("see https://evil.example/?data=secret now", "see a link now"),
        ("WWW.evil.example", "a link"),
        ("**bold** `code` <b>tag</b> [x](y) a|b", "bold code b tag /b x (y) a b"),
        ("zero\u200bwidth \u202eright-to-left \ufeff", "zerowidth right-to-left"),
        ("nul \0 and \ud800 half \U000e0041tag", "nul and half tag"),
        ("a\u2028b\u2029c\x1bd", "a b c d"),
        ("fire 🔥 Zürich 猫", "fire 🔥 Zürich 猫"),
        ("", ""),
    ],
)
def test_only_text_that_can_be_spoken_is_quoted(text: str, line: str) -> None:
    assert spoken_line(text, en) == line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("abcdefgh", 5, "abcd…"),
    ],
)
def test_a_long_text_is_cut_between_words(text: str, limit: int, line: str) -> None:
    assert spoken_line(text, en, limit) == line


TEXTS = st.none() | st.text(max_size=400)
NOTICES = st.builds(
    Notice,
    id=st.just("n"),
    kind=st.sampled_from(EVENT_KINDS),
    text=st.text(max_size=400),
    urgent=st.booleans(),
    at=st.just(MOMENT),
    sender=TEXTS,
    subject=TEXTS,
)


def is_clean(text: str) -> bool:
    """One line, a sentence, nothing invisible in it."""
    hidden = any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)
    return not hidden and text == " ".join(text.split()) and text[-1] in ".!?…。！？"  # noqa: RUF001


@settings(deadline=None)  # a busy machine is slow
@given(NOTICES)
def test_a_notice_of_any_characters_is_a_short_clean_sentence(given: Notice) -> None:
    text = spoken(given, SOON, en)
    assert len(text) <= SPOKEN_CHARS
    assert is_clean(text)


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(NOTICES, min_size=1, max_size=40), st.booleans())
def test_a_digest_of_any_characters_is_a_clean_sentence_of_bounded_length(
    notices: list[Notice], away: bool
) -> None:
    text = digest(notices, en, away=away)
    assert len(text) <= SPOKEN_CHARS
    assert is_clean(text)


def test_the_longest_digest_stays_within_its_limit() -> None:
    long = "x" * 1_000
    many = [
        notice(kind, f"{number}{long}", sender=f"{number % 7}{long}", subject=f"{number}{long}")
        for kind in EVENT_KINDS
        for number in range(500)
    ]
    assert 10 * PIECE_CHARS < len(digest(many, en, away=True)) <= SPOKEN_CHARS


def test_a_job_is_told_by_its_headline_alone() -> None:
    told = notice("job", "Eight of ten passed.", subject="Rehearsal")
    assert spoken(told, MOMENT, en) == "Eight of ten passed."


def test_all_of_a_headline_is_said() -> None:
    headline = " ".join(["word"] * 59) + " end."
    assert spoken(notice("job", headline), MOMENT, en) == f"W{headline[1:]}"


def test_a_job_without_a_headline_is_told_by_its_title() -> None:
    assert spoken(notice("job", subject="Three hotels"), MOMENT, en) == "Three hotels."


def test_several_jobs_are_counted_and_the_last_is_told() -> None:
    told = [notice("job", "First."), notice("job", "The Astoria is best.")]
    assert digest(told, en, away=False) == "Meanwhile: 2 results, the last: The Astoria is best."
    assert digest(told[1:], en, away=False) == "Meanwhile: The Astoria is best."
