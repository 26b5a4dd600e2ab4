"""How much of a text was understood: wrong words, without case, punctuation, forms of numbers."""

from __future__ import annotations

import re

NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
DIGITS = {word: str(number) for number, word in enumerate(NUMBERS)}


def words_of(text: str) -> list[str]:
    """Return the words of a text: numbers up to twelve as digits, "where's" as two words."""
    found = re.findall(
        r"[a-z0-9]+", re.sub(r"['\u2019]s\b", " is", text.lower()).replace(":00", "")
    )
    return [DIGITS.get(word, word) for word in found]


def wrong_words(meant: str, understood: str) -> tuple[int, int]:
    """Return how many words were wrong, missing or too many, and how many were meant."""
    wanted, found = words_of(meant), words_of(understood)
    row = list(range(len(found) + 1))
    for i, word in enumerate(wanted, 1):
        above, row = row, [i]
        for j, other in enumerate(found, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other)))
    return row[-1], len(wanted)
