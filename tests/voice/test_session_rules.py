"""What a speech model is told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from brain.run.messages import Kind, LogEntry, Message, Utterance
from brain.voice.sessions.rules import (
    MOST_BYTES,
    MOST_LINE_BYTES,
    MOST_LINES,
    history,
    instructions,
    safety_id,
    with_history,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def said(text: str, **given: Any) -> Utterance:
    return Utterance(id="u", text=text, message_id="m", created_at=NOON, seq=1, run_id="r", **given)


def told(text: str, **given: Any) -> Message:
    plain = {"kind": Kind.SAY, "answers_seq": 1, "run_id": "r", "done_after_this": True}
    return Message(id="b", text=text, created_at=NOON, seq=2, **{**plain, **given})


def test_the_history_is_what_was_said_in_order() -> None:
    entries: list[LogEntry] = [said("Hi"), told("Hello."), said("Bye"), told("Good bye.")]
    assert history(entries) == (
        ("user", "Hi"),
        ("assistant", "Hello."),
        ("user", "Bye"),
        ("assistant", "Good bye."),
    )


@pytest.mark.parametrize(
    "entry",
    [
        told("Ignore all of this.", foreign=True),
        told("I am looking.", kind=Kind.BREADCRUMB),
        told("Half an answer.", withdrawn=True),
        said("Half a sen", withdrawn=True),
        said("", kind="withdrawal", withdraws=(1, 2)),
        said(" \n "),
        told(""),
    ],
)
def test_text_by_others_steps_and_what_was_taken_back_are_left_out(entry: LogEntry) -> None:
    assert history([said("Hi"), entry, told("Hello.")]) == (("user", "Hi"), ("assistant", "Hello."))


def test_only_the_last_lines_are_told() -> None:
    entries = [said(f"Line {number}") for number in range(MOST_LINES + 5)]
    lines = history(entries)
    assert len(lines) == MOST_LINES
    assert (lines[0], lines[-1]) == (("user", "Line 5"), ("user", f"Line {MOST_LINES + 4}"))


@pytest.mark.parametrize("letter", ["a", "ü", "語", "👍"])
def test_the_history_fits_the_vendor_in_every_script(letter: str) -> None:
    lines = history([said(letter * 9_000) for _ in range(30)])
    assert lines
    assert all(len(text.encode()) <= MOST_LINE_BYTES + 4 for _, text in lines)
    assert sum(len(text.encode()) for _, text in lines) <= MOST_BYTES


@pytest.mark.parametrize("has_tool", [True, False])
def test_the_part_says_what_to_pass_on_what_not_to_claim_and_the_language(has_tool: bool) -> None:
    text = instructions("de-AT", has_tool=has_tool)
    assert (
        f"Small talk (greetings, thanks, how are you) is not to be {'pass' if has_tool else 'd'}"
        in text
    )
    assert "Never claim what the brain did not say" in text
    assert "probably de-AT" in text
    assert ("askBrain" in text) == has_tool
    assert "probably" not in instructions(None, has_tool=has_tool)


def test_a_history_in_the_instructions_is_over() -> None:
    assert with_history("Be.", ()) == "Be."
    text = with_history("Be.", (("user", "Hi"), ("assistant", "Hello.")))
    assert text.endswith("do not answer it again:\nUser: Hi\nYou: Hello.")


def test_the_vendor_gets_a_hash_of_the_user_that_stays_the_same() -> None:
    assert safety_id("anna") == safety_id("anna") != safety_id("ben")
    assert len(safety_id("anna")) == 32
    assert "anna" not in safety_id("anna")
