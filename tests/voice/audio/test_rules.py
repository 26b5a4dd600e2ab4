"""What an ear's answer means, and what an ear is told beforehand."""

from typing import Any

import pytest

from brain.voice.audio.model import Transcript
from brain.voice.audio.rules import (
    MOST_NAMES,
    PROMPT_CHARS,
    is_echo,
    language_of,
    names_for,
    prompt_of,
    refused_field,
    transcript_in,
)


def segments(*told: object) -> list[dict[str, object]]:
    return [{"text": "Thanks for watching!", "no_speech_prob": one} for one in told]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"text": "What did Anna write?"}, "What did Anna write?"),
        ({"text": " What\n did\0 Anna write? "}, "What did Anna write?"),
        ({"text": " "}, ""),
        ({"text": "\u200b\u00a0\n"}, ""),
        ({"text": "..."}, ""),
        ({"text": "[BLANK_AUDIO]"}, ""),
        ({"text": " (wind blowing) "}, ""),
        ({"text": "*sighs*"}, ""),
        ({"text": "♪ la ♪"}, "♪ la ♪"),
        ({"text": "♪ ♪"}, ""),
        ({"text": "[Music] Call Tom."}, "[Music] Call Tom."),
        ({"text": "はい"}, "はい"),
        ({"text": "Thanks!", "segments": segments(0.9, 0.61)}, ""),
        ({"text": "Thanks!", "segments": segments(0.9, 0.6)}, "Thanks!"),
        ({"text": "Thanks!", "segments": segments(0.9, None)}, "Thanks!"),
        ({"text": "Thanks!", "segments": []}, "Thanks!"),
        ({"text": "Thanks!", "segments": "none"}, "Thanks!"),
        ({"text": "Thanks!", "segments": ["none"]}, "Thanks!"),
    ],
)
def test_what_was_heard_is_what_somebody_said(answer: dict[str, Any], text: str) -> None:
    assert transcript_in(answer) == Transcript(text=text)


@pytest.mark.parametrize("answer", [None, [], "hi", {}, {"text": None}, {"text": ["hi"]}])
def test_what_has_no_text_is_no_transcript(answer: object) -> None:
    assert transcript_in(answer) is None


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"duration": 2.104}, 2.1),
        ({"duration": "2.104"}, 2.1),
        ({"usage": {"type": "duration", "seconds": 3}}, 3.0),
        ({"usage": {"type": "tokens", "total_tokens": 3}}, None),
        ({"usage": None, "duration": "long"}, None),
        ({"duration": -1}, None),
        ({"duration": float("inf")}, None),
        ({"duration": float("nan")}, None),
        ({"duration": 10**400}, None),
    ],
)
def test_the_length_is_what_the_ear_tells(told: dict[str, Any], seconds: float | None) -> None:
    assert transcript_in({"text": "Hi", **told}) == Transcript(text="Hi", seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"error": {"message": "no", "param": "keywords"}}, "keywords"),
        ({"error": {"message": "no", "param": None, "code": "model_not_found"}}, "model"),
        ({"error": {"message": "no"}}, None),
        ({"error": "no"}, None),
        ({"detail": [{"loc": ["body", "prompt"], "msg": "no"}]}, "prompt"),
        ({"detail": [{"loc": []}]}, None),
        ({"detail": ["no"]}, None),
        ("no", None),
    ],
)
def test_a_refusal_names_its_field_in_either_form(answer: object, field: str | None) -> None:
    assert refused_field(answer) == field


def test_an_ear_is_told_fifty_different_names_at_most() -> None:
    names = [" Anna\nLee ", "anna lee", "", " ", "x", "42", "y" * 61, "Tom\0as"]
    assert names_for(names) == ("Anna Lee", "Tomas")
    assert len(names_for(f"Name {number}" for number in range(99))) == MOST_NAMES


def test_a_prompt_has_whole_names_within_its_bound() -> None:
    assert prompt_of([]) == ""
    assert prompt_of(["Anna", "Tomas"]) == "Anna, Tomas."
    long = prompt_of([f"{number:03}" + "n" * 57 for number in range(50)])
    assert PROMPT_CHARS - 70 < len(long) <= PROMPT_CHARS
    assert long.endswith("n.")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de-DE", "de"), ("EN", "en"), ("gsw-CH", None), ("", None), (None, None), ("d1", None)],
)
def test_an_ear_is_told_the_language_as_two_letters(tag: str | None, code: str | None) -> None:
    assert language_of(tag) == code


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("Anna Lee, Trip to Rome, Tomas.", True),
        ("trip to Rome. Tomas, Bob", True),
        ("Anna Lee, Trip to Rome", False),
        ("Anna Lee", False),
        ("Write to Anna Lee, Trip to Rome, Tomas.", False),
        ("Tomas, Trip to Rome, Anna Lee", False),
        ("", False),
    ],
)
def test_an_ear_that_repeats_its_prompt_has_heard_nothing(text: str, echo: bool) -> None:
    assert is_echo(text, ["Anna Lee", "Trip to Rome", "Tomas", "Bob"]) is echo
    assert not is_echo(text, [])
