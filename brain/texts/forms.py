"""The other forms in which a word is written: without accents and vowel marks, with ue for ü.

For search. People type words without their marks, and speech recognition writes them so.
"""

import unicodedata
from functools import lru_cache

# Letters whose stroke, ligature or missing dot no decomposition takes away.
_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t",
    "ŋ": "n", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ß": "ss",
    # Arabic letters that are used for one another; the last is only an ornament.
    "\N{ARABIC LETTER ALEF WASLA}": "\N{ARABIC LETTER ALEF}",
    "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER FARSI YEH}": "\N{ARABIC LETTER YEH}",
    "\N{ARABIC LETTER KEHEH}": "\N{ARABIC LETTER KAF}",
    "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
    "\N{ARABIC TATWEEL}": None,
}  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# In these scripts a mark can be left out. In Indic scripts, Thai and kana it is part of the letter.
_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ", "ARABIC ", "HEBREW ")
_GENERAL_MARKS = range(0x300, 0x370)  # combining marks that belong to no script
_KEPT_WORDS = 4_096  # in the cache: the words of a language that one instance meets again


@lru_cache(_KEPT_WORDS)
def forms(word: str) -> tuple[str, ...]:
    """Return the other forms of a word in lower case; none for a word without marks."""
    if word.isascii():
        return ()
    found = dict.fromkeys((base(word), base(word.translate(_UMLAUTS))))
    return tuple(form for form in found if form and form != word)


def base(word: str) -> str:
    """Return the word in lower case without marks; the word itself if it consists of marks only."""
    return word if word.isascii() else word.translate(_BASE) or word


class _Base(dict[int, str | None]):
    """Maps each character to its letters without marks. Filled on demand."""

    def __missing__(self, code: int) -> str | None:
        self[code] = _without_marks(chr(code))
        return self[code]


def _without_marks(character: str) -> str | None:
    if character in _LETTERS:
        return _LETTERS[character]
    is_mark = unicodedata.category(character) == "Mn"
    if not is_mark and not unicodedata.name(character, "").startswith(_SCRIPTS):
        return character
    letters = unicodedata.normalize("NFKD", character)
    kept = [one for one in letters if not _may_be_left_out(one)]
    return "".join(_LETTERS.get(one, one) or "" for one in kept) or None


def _may_be_left_out(character: str) -> bool:
    if unicodedata.category(character) != "Mn":
        return False
    name = unicodedata.name(character, "")
    return ord(character) in _GENERAL_MARKS or name.startswith(_SCRIPTS)


_BASE = _Base()
