"""How much of a text was understood."""

import pytest

from bench.voice.words import wrong_words


@pytest.mark.parametrize(
    ("meant", "understood", "wrong"),
    [
        ("Anna moved it.", "anna moved it", 0),
        ("On Thursday at three.", "on Thursday at 3:00", 0),
        ("Where is Anna's key?", "Where\u2019s Anna's key", 0),
        ("Anna moved it.", "Hannah moved it", 1),
        ("Anna moved it.", "moved it", 1),
        ("Anna moved it.", "and Anna has moved it", 2),
        ("Anna moved it.", "", 3),
    ],
)
def test_a_word_is_wrong_that_is_another_missing_or_too_many(
    meant: str, understood: str, wrong: int
) -> None:
    assert wrong_words(meant, understood)[0] == wrong
