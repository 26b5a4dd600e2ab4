"""Prepares texts for storage and search: validation, passages and words.

Words are split here and not in the database. The database's rules for case, punctuation and scripts
without spaces depend on its locale, and stored texts and queries must be split in the same way. A
word is indexed as it is written and in the forms that people type and speech recognition writes
(`brain.texts.forms`): without accents, and with ue for ü.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from brain.texts.forms import base, forms
from brain.texts.visible import is_dropped

PASSAGE_CHARS = 400  # about 60 words: half a minute when read aloud
MOST_GROWTH = 3  # times the length of a text, when compatible characters are written out
MOST_MARKS = 30  # combining marks on one letter; UAX #15 knows no language that needs more
MIN_PASSAGE_CHARS = 100  # a heading starts a new passage only after this many; bounds the number

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")  # noqa: RUF001 - Chinese full stops
_SPACE = ord(" ")
# Kana, Han, Thai, Lao, Burmese and Khmer: scripts without spaces between words. Hangul, whose
# particles are written to the word.
_UNSPACED_RUN = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)


def unkeepable(text: str) -> str:
    """Explain to the model which character prevents storing the text; empty if it can be stored."""
    if "\0" in text:
        return "the text contains a NUL character (U+0000), which cannot be stored"
    if not _encodable(text):
        return "the text contains a lone surrogate, which is not a valid character"
    return ""


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Normalize the text, with at most MOST_MARKS combining marks in a row.

    Marks are sorted one by one, so the time grows with the square of their number (UAX #15,
    section 13, "Stream-Safe Text Format").
    """
    if text.isascii():
        return text
    kinds = text.translate(_MARK_OR_NOT)
    pieces, place = [], 0
    for run in _MARKS.finditer(kinds):
        pieces.append(text[place : run.start() + MOST_MARKS])
        place = run.end()
    return unicodedata.normalize(form, "".join([*pieces, text[place:]]))


def folded(text: str) -> str:
    """Normalize case and spacing, so that texts which differ only in these compare equal."""
    return " ".join(normalized("NFC", text).casefold().split())


def passages(body: str) -> tuple[str, ...]:
    """Split the body into passages of up to PASSAGE_CHARS; a heading starts a new one.

    An empty body has one empty passage, so that its title can be found.
    """
    made: list[str] = []
    current = ""
    for piece in _pieces(body):
        full = len(current) + 1 + len(piece) > PASSAGE_CHARS
        headed = piece.startswith("#") and len(current) >= MIN_PASSAGE_CHARS
        if current and (full or headed):
            made.append(current)
            current = ""
        current = f"{current} {piece}".strip()
    return (*made, current) if current or not made else tuple(made)


def best_passage(text: str, words: str) -> str:
    """Return the passage that contains most of the query's words; on a tie, the first one."""
    asked = words.split()
    return max(passages(text), key=lambda passage: _matches(asked, kept_words(passage)))


def kept_words(text: str) -> str:
    """Return the words to index for a text, separated by spaces, each followed by its other forms.

    A run of a script without spaces becomes its single characters and its pairs of characters.
    """
    words = _spaced(text, lambda run: f" {' '.join([*run, *_pairs(run)])} ")
    return words if words.isascii() else " ".join(_with_forms(words))


def sample_words(text: str) -> str:
    """Return the words as they are written, from which the database detects the language."""
    return _plain(text)


class SearchQuery(Struct, frozen=True):
    """The words to search for, separated by spaces. `forms` are those of them that are other forms
    of a word in the query, which stands at the same place of `originals`.
    """

    words: str
    forms: tuple[str, ...]
    originals: tuple[str, ...]

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The fields by name, as parameters of a statement."""
        forms, originals = list(self.forms), list(self.originals)
        return {"words": self.words, "forms": forms, "originals": originals}


def query_of(text: str) -> SearchQuery:
    """Return what a search looks for."""
    words = _asked(text)
    pairs = [(form, word) for word in words.split() for form in forms(word)]
    return SearchQuery(
        words=" ".join(_with_forms(words)),
        forms=tuple(form for form, _ in pairs),
        originals=tuple(word for _, word in pairs),
    )


def asked_words(text: str) -> str:
    """Return the words to search for in the form without accents, separated by spaces.

    For comparisons that need all words: every text is indexed in this form too.
    """
    return " ".join(map(base, _asked(text).split()))


def _asked(text: str) -> str:
    """Return the query's words. A run of a script without spaces becomes its pairs of characters
    only: pairs are close to words, single characters occur in nearly every text.
    """
    return _spaced(text, lambda run: f" {' '.join(_pairs(run) or run)} ")


def _spaced(text: str, split: Callable[[str], str]) -> str:
    return _UNSPACED_RUN.sub(lambda run: split(run[0]), _plain(text))


def _with_forms(words: str) -> Iterator[str]:
    for word in words.split():
        yield word
        yield from forms(word)


def _pieces(body: str) -> Iterator[str]:
    """Yield the lines. Lines longer than a passage are split into sentences or shorter pieces."""
    for raw in body.splitlines():
        line = " ".join(raw.split())
        if len(line) <= PASSAGE_CHARS:
            yield line
            continue
        for sentence in _SENTENCE_END.split(line):
            yield from _cut(sentence)


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > PASSAGE_CHARS:
        space = sentence.rfind(" ", 0, PASSAGE_CHARS + 1)
        end = space if space > 0 else PASSAGE_CHARS
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence


def _matches(asked: list[str], words: str) -> int:
    """Count the query's words that occur, in any form."""
    return sum(f" {_root(one)}" in f" {words}" for one in asked)


def _root(word: str) -> str:
    """Return a rough stem that works without knowing the language."""
    return word[: max(3, len(word) - 3)]


class _MarkOrNot(dict[int, str]):
    """Maps combining marks to `m` and all else to a space. Filled on demand."""

    def __missing__(self, code: int) -> str:
        self[code] = "m" if unicodedata.combining(chr(code)) else " "
        return self[code]


class _WordCharacters(dict[int, int | None]):
    """Maps letters, marks and digits to themselves and all else to a space. Filled on demand.

    Format characters, such as soft hyphens, are dropped: they are within words (UAX #29, WB4).
    """

    def __missing__(self, code: int) -> int | None:
        is_word = unicodedata.category(chr(code))[0] in "LMN"
        self[code] = None if is_dropped(chr(code)) else code if is_word else _SPACE
        return self[code]


_WORD_CHARACTERS = _WordCharacters()
_MARK_OR_NOT = _MarkOrNot()
_MARKS = re.compile(f"m{{{MOST_MARKS + 1},}}")


def _plain(text: str) -> str:
    # Some characters become eighteen. No text of more than a few words grows threefold.
    plain = normalized("NFKC", text)[: MOST_GROWTH * len(text) + PASSAGE_CHARS]
    return plain.casefold().translate(_WORD_CHARACTERS)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
