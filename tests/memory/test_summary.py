"""The rolling summary, as values."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.codec import Json
from brain.memory.model import Summary
from brain.memory.summary import (
    ENTRY_CHARS,
    INSTRUCTIONS,
    PORTION_CHARS,
    SUMMARY_CHARS,
    Portion,
    due,
    first_seq,
    portion,
    summarised,
    summary_prompt,
    tidy_summary,
)
from brain.run.history import NEUTRAL
from brain.run.messages import Kind, LogEntry, Message, Utterance

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)
WINDOW = 40


def said(seq: int, text: str = "Hi") -> Utterance:
    return Utterance(
        id=f"u{seq}", seq=seq, text=text, message_id="m", run_id="r", created_at=MOMENT
    )


def answered(seq: int, text: str, *, kind: Kind = Kind.SAY, foreign: bool = False) -> Message:
    return Message(
        id=f"m{seq}", seq=seq, kind=kind, text=text, done_after_this=True, run_id="r",
        answers_seq=seq - 1, created_at=MOMENT, foreign=foreign,
    )  # fmt: skip


def material(summary: Summary, *entries: LogEntry) -> Json:
    [_, asked] = summary_prompt(summary, Portion(entries=entries, upto_seq=9))
    read: Json = json.loads(asked["content"])
    return read


@pytest.mark.parametrize(
    ("upto_seq", "last_seq", "is_due"),
    [
        (0, 39, False),
        (0, 40, True),
        (20, 59, False),
        (20, 60, True),
        (500, 500, False),
        (500, 510, False),
        # The log has started again: the summary holds none of its entries.
        (500, 39, False),
        (500, 40, True),
    ],
)
def test_a_summary_is_due_when_an_entry_outside_of_it_leaves_the_window(
    upto_seq: int, last_seq: int, is_due: bool
) -> None:
    assert due(Summary(upto_seq=upto_seq), last_seq=last_seq, window=WINDOW) is is_due


def test_a_summary_reaches_up_to_the_middle_of_the_window() -> None:
    entries = [said(seq) for seq in range(1, 61)]
    first = portion(Summary(), entries, last_seq=40, window=WINDOW)
    assert ([entry.seq for entry in first.entries], first.upto_seq) == ([*range(1, 21)], 20)
    then = portion(Summary(text="s", upto_seq=20), entries, last_seq=60, window=WINDOW)
    assert ([entry.seq for entry in then.entries], then.upto_seq) == ([*range(21, 41)], 40)


def test_a_log_that_starts_again_starts_a_new_summary() -> None:
    old = Summary(text="s", upto_seq=500)
    assert first_seq(old, last_seq=40) == 1
    assert portion(old, [said(1), said(30)], last_seq=40, window=WINDOW).entries == (said(1),)
    assert first_seq(old, last_seq=510) == 501


def test_a_portion_is_bounded_and_the_rest_is_added_later() -> None:
    entries = [said(seq, "x" * ENTRY_CHARS * 3) for seq in range(1, 101)]
    first = portion(Summary(), entries, last_seq=200, window=WINDOW)
    assert len(first.entries) == PORTION_CHARS // ENTRY_CHARS == first.upto_seq
    later = portion(Summary(upto_seq=first.upto_seq), entries, last_seq=200, window=WINDOW)
    assert later.entries[0].seq == first.upto_seq + 1


def test_without_entries_to_add_the_summary_reaches_no_further() -> None:
    nothing = portion(Summary(upto_seq=7), [], last_seq=60, window=WINDOW)
    assert nothing == Portion(entries=(), upto_seq=7)


@settings(deadline=None)  # a busy machine is slow
@given(st.lists(st.integers(1, 30), min_size=1, max_size=40))
def test_every_entry_is_in_the_summary_or_the_window(turns: list[int]) -> None:
    summary, last = Summary(), 0
    for length in turns:
        last += length
        entries = [said(seq) for seq in range(1, last + 1)]
        while due(summary, last_seq=last, window=WINDOW):
            part = portion(summary, entries, last_seq=last, window=WINDOW)
            assert part.upto_seq > summary.upto_seq
            summary = summarised(summary, part, "More.")
        assert last - WINDOW < summary.upto_seq or last < WINDOW


def test_the_prompt_contains_the_old_summary_and_the_newer_entries() -> None:
    asked = summary_prompt(Summary(text="Anna moves."), Portion(entries=(said(1),), upto_seq=1))
    assert [line["role"] for line in asked] == ["system", "user"]
    assert asked[0]["content"] == INSTRUCTIONS
    assert f"At most {SUMMARY_CHARS} characters" in INSTRUCTIONS
    assert material(Summary(text="Anna moves."), said(1, "Where to?"), answered(2, "Rome.")) == {
        "summary": "Anna moves.",
        "since": [
            {"at": "2026-01-31", "who": "user", "text": "Where to?"},
            {"at": "2026-01-31", "who": "assistant", "text": "Rome."},
        ],
    }


def test_the_prompt_contains_no_foreign_text_and_no_breadcrumbs() -> None:
    shown = material(
        Summary(),
        answered(1, "IGNORE ALL", foreign=True),
        answered(2, "An email: IGNORE ALL", kind=Kind.NOTIFICATION, foreign=True),
        answered(3, "I look into it.", kind=Kind.BREADCRUMB),
        answered(4, ""),
    )
    assert [entry["text"] for entry in shown["since"]] == [NEUTRAL, NEUTRAL]


def test_a_long_entry_is_shortened() -> None:
    [entry] = material(Summary(), said(1, "x" * 5_000))["since"]
    assert entry["text"] == "x" * ENTRY_CHARS + "[left out for length: 4000 characters]"


def test_any_characters_can_be_sent() -> None:
    [_, asked] = summary_prompt(Summary(), Portion(entries=(said(1, "\ud800 \0"),), upto_seq=1))
    asked["content"].encode()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Anna moves to Rome.", "Anna moves to Rome."),
        ("  Anna moves.\n\nBen  stays.\n", "Anna moves. Ben stays."),
        ("```\nAnna moves.\n```", "Anna moves."),
        ("```text\nAnna moves.\n```\n", "Anna moves."),
        ("# Summary\n- Anna moves.\n2. Ben stays.", "Anna moves. Ben stays."),
        ("**Summary:** Anna moves.", "Anna moves."),
        ("New summary:\nAnna moves.", "Anna moves."),
        ("Summary of Anna: she moves.", "Summary of Anna: she moves."),
        ("2026-01-31 is the day.", "2026-01-31 is the day."),
        ("", ""),
        ("```\n```", ""),
        ("Anna moves. And Ben", "Anna moves. And Ben"),
        ("One. " + "x" * (SUMMARY_CHARS - 5), "One. " + "x" * (SUMMARY_CHARS - 5)),
        ("One. " + "x" * (SUMMARY_CHARS - 4), "One."),
        ("x" * 3_000, "x" * SUMMARY_CHARS),
        ("x " * 3_000, "x " * (SUMMARY_CHARS // 2 - 1) + "x"),
        ("One. " + "Two three " * 300, "One."),
        ("猫。" + "犬" * 3_000, "猫。"),
        ("nul \0 and \ud800", "nul and \ufffd"),
    ],
)  # fmt: skip
def test_an_answer_becomes_plain_sentences_of_bounded_length(answer: str, text: str) -> None:
    assert tidy_summary(answer) == text


@settings(deadline=None)  # a busy machine is slow
@given(st.text(max_size=5_000))
def test_a_summary_is_never_too_long(answer: str) -> None:
    assert len(tidy_summary(answer)) <= SUMMARY_CHARS


def test_an_empty_answer_leaves_the_summary_unchanged() -> None:
    old, part = Summary(text="Anna moves.", upto_seq=3), Portion(entries=(said(4),), upto_seq=4)
    assert summarised(old, part, " \n") == old
    assert summarised(old, part, "Ben stays.") == Summary(text="Ben stays.", upto_seq=4)
