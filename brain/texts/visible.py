"""Which texts show anything at all."""

import unicodedata

# Letters and marks by their category that are shown as nothing, or as a blank.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    "\u180b\u180c\u180d\u180f"  # variation selectors of Mongolian
    + "".join(map(chr, range(0xFE00, 0xFE10)))  # variation selectors
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)


def is_visible(char: str) -> bool:
    """Whether a character is shown: no space, control, format or unassigned character."""
    return char not in _BLANK and unicodedata.category(char)[0] not in "CZ"


def is_dropped(char: str) -> bool:
    """Whether a character is read as if it were not there, also within a word: a format character
    (UAX #29, WB4), or a letter or mark that is shown as nothing.
    """
    kind = unicodedata.category(char)
    return kind == "Cf" or (kind[0] in "LM" and char in _BLANK)


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return not any(is_visible(char) for char in text)
