"""What is said for a text. The page's code passes the same table (tests/page/voice)."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from brain.texts.ear import for_the_ear, sentences_of, sentences_so_far, speech_of
from brain.texts.sentences import MOST_CHARS

TABLE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("ear.json").read_text("utf-8"))
NAMES = [case["name"] for case in TABLE]
CONTINUING = [*map(chr, range(0x1160, 0x1200)), "\u0e33"]  # they belong to the letter before
SAID: list[dict[str, Any]] = json.loads(Path(__file__).with_name("said.json").read_text("utf-8"))


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_what_is_said_for_a_text_and_its_sentences(case: dict[str, Any]) -> None:
    speech = case["speech"]

    assert for_the_ear(case["text"]) == speech
    assert sentences_of(speech) == tuple(case.get("sentences", [speech] if speech else []))


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_no_sentence_is_too_long_and_none_loses_a_word(case: dict[str, Any]) -> None:
    sentences = sentences_of(case["speech"])

    assert max(map(len, sentences), default=0) <= MOST_CHARS
    assert "".join("".join(sentences).split()) == "".join(case["speech"].split())


@pytest.mark.parametrize("case", SAID, ids=[case["name"] for case in SAID])
def test_what_belongs_together_is_said_together_and_nothing_else_is_left_out(
    case: dict[str, Any],
) -> None:
    sentences = sentences_of(for_the_ear(case["text"]))

    for words in case.get("whole", []):
        assert any(words in sentence for sentence in sentences), words
    for words in case.get("says", []):
        assert words in " ".join(sentences)
    for mark in case.get("absent", []):
        assert mark not in "".join(sentences)
    assert max(map(len, sentences)) <= MOST_CHARS
    assert case.get("atLeast", 1) <= len(sentences) <= case.get("atMost", 99)
    if case.get("joined"):
        assert "".join("".join(sentences).split()) == "".join(case["text"].split())
    if case.get("graphemes"):
        assert not any(unicodedata.category(one[0]).startswith("M") for one in sentences)
        assert not any(one[0] in CONTINUING for one in sentences)


@pytest.mark.parametrize("case", [*TABLE, *SAID], ids=lambda case: case["name"])
def test_what_is_said_while_a_text_is_written_is_said_in_the_end(case: dict[str, Any]) -> None:
    whole = sentences_of(for_the_ear(case["text"]))

    for length in range(len(case["text"]) + 1):
        early = sentences_so_far(case["text"][:length])
        assert early == whole[: len(early)], case["text"][:length]


@pytest.mark.parametrize(
    ("text", "early"),
    [
        ("It is nine. We", ("It is nine.",)),
        ("It is nine. ", ()),
        ("Dr. Lee is here. She", ("Dr. Lee is here.",)),
        ("**Yes.** It is [here](https://example.org). And", ("Yes.", "It is here.")),
        ("# Plan\n- one\n- two\n- th", ("Plan.", "one.", "two.")),
        ("今天有三个会议。第", ("今天有三个会议。",)),
        ("One. Two **three. Four", ("One.",)),
        ("One.\n```\nx. Y\nz", ()),
        ("One.\n```\nx. Y\n```\nThen. It", ("One.", "There is code on your screen.", "Then.")),
        ("One. Two\n| a. B | c. D |\n| e. F", ("One.",)),
    ],
)
def test_a_sentence_is_said_as_soon_as_nothing_can_change_it(
    text: str, early: tuple[str, ...]
) -> None:
    assert sentences_so_far(text) == early


def test_a_text_that_is_said_as_it_is_has_no_speech_of_its_own() -> None:
    assert speech_of("All is well.") is None
    assert speech_of("**All** is well.") == "All is well."
    assert speech_of("🎉") == ""
