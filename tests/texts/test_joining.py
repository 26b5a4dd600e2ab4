"""A text that was cut off, and what a model says when it is asked for the rest."""

import pytest

from brain.texts.joining import joined, more

NINE = "The flight leaves at nine, from gate seven."


@pytest.mark.parametrize(
    ("begun", "text"),
    [
        ("The flight leaves at ", "nine, from gate seven."),
        ("The flight leaves at ", " nine, from gate seven."),
        ("The flight leaves at", " nine, from gate seven."),
        ("The flight leaves at ni", "ne, from gate seven."),
        ("The flight leaves at nine,", "from gate seven."),  # the space got lost
        ("The flight leaves at nine, from", "nine, from gate seven."),
        ("The flight leaves at nine, from gate", "gate seven."),
        ("The flight leaves at nine, fr", "leaves at nine, from gate seven."),
        ("The flight leaves at ", NINE),
        ("The flight leaves at nine, from gate", NINE),
        ("The flight leaves at nine, from gate seven", NINE),
        ("  The flight leaves at", NINE),
        ("", NINE),
        (" ", NINE),
    ],
)
def test_nothing_is_said_twice_and_nothing_is_lost(begun: str, text: str) -> None:
    assert joined(begun, text) == NINE


@pytest.mark.parametrize(
    ("begun", "text", "whole"),
    [
        ("The number is 55", "5512.", "The number is 555512."),  # no digit is an overlap
        ("It was a", "a long time.", "It was aa long time."),
        ("On page 1", "12 and 13.", "On page 112 and 13."),
        ("東京は日本の", "日本の首都です。", "東京は日本の首都です。"),
        ("Go to www.example.", "org now.", "Go to www.example.org now."),
        ("Yes.\n\n", "No.", "Yes.\n\nNo."),
    ],
)
def test_a_coincidence_is_no_repetition(begun: str, text: str, whole: str) -> None:
    assert joined(begun, text) == whole


def test_a_model_that_starts_over_in_other_words_replaces_the_beginning() -> None:
    begun = "The flight leaves at nine, and then"
    assert joined(begun, NINE) == NINE
    assert more(begun, NINE) == ""  # it cannot be added to what is kept already


def test_more_is_only_what_is_new() -> None:
    assert more("The flight leaves at ", NINE) == "nine, from gate seven."
    assert more("The flight leaves at ", "at nine") == "nine"
    assert more("The flight leaves at", " nine") == " nine"
    assert more("", "The flight") == "The flight"
    assert more(NINE, NINE) == ""


def test_a_long_text_takes_no_long_time() -> None:
    begun = "a" * 500_000
    assert len(joined("b" + begun, "c" + begun)) == 1_000_002
