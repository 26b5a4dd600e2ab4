"""Texts that are kept and searched: which can be kept, what a passage is, what a word is.

Words are made here rather than in the database: its ideas of case, punctuation and of scripts
without spaces change with its locale, and the kept and the asked words must be made alike.
"""

import re
import unicodedata
from collections.abc import Iterator

PASSAGE_CHARS = 400  # about 60 words: half a minute when read aloud
MIN_PASSAGE_CHARS = 100  # a heading after less does not begin a passage: their number stays bounded

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")  # noqa: RUF001 - Chinese full stops
_SPACE = ord(" ")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Kana, Han, Thai, Lao, Burmese and Khmer: scripts that do not set spaces between words.
_UNSPACED_RUN = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)


def unkeepable(text: str) -> str:
    """Which character keeps the text from being kept, in words for the model; empty if none."""
    if "\0" in text:
        return "the text holds a NUL character (U+0000), which cannot be kept"
    if not _encodable(text):
        return "the text holds half of a surrogate pair, which is no character"
    return ""


def folded(text: str) -> str:
    """The text without its case and spacing: texts that differ in nothing else are the same."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def one_line(text: str) -> str:
    """The text without line breaks and control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def passages(body: str) -> tuple[str, ...]:
    """The body in order, in passages of up to PASSAGE_CHARS; a heading begins one.

    An empty body has one empty passage, so that its title is found.
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
    """The passage of a text that holds most of the words asked for; its first one for a tie."""
    asked = words.split()
    return max(passages(text), key=lambda passage: _held(asked, kept_words(passage).split()))


def kept_words(text: str) -> str:
    """The words of a text as they are kept, with a space between them."""
    return _UNSPACED_RUN.sub(lambda run: f" {' '.join([*run[0], *_pairs(run[0])])} ", _plain(text))


def asked_words(text: str) -> str:
    """The words of a question: as kept, but of a run without spaces only the pairs.

    Single characters of such a run fit nearly every text, pairs are close to words.
    """
    return _UNSPACED_RUN.sub(lambda run: f" {' '.join(_pairs(run[0]) or run[0])} ", _plain(text))


def _pieces(body: str) -> Iterator[str]:
    """Lines, and sentences where a line is too long; none is longer than a passage."""
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


def _held(asked: list[str], words: list[str]) -> int:
    """How many of the words asked for are there, in this or another form."""
    return sum(any(word.startswith(_root(one)) for word in words) for one in asked)


def _root(word: str) -> str:
    """What the forms of a word have in common, roughly: it does without knowing the language."""
    return word[: max(3, len(word) - 3)]


class _WordCharacters(dict[int, int]):
    """Letters, marks and digits stand for themselves, all else for a space. It learns as asked."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else _SPACE
        return self[code]


_WORD_CHARACTERS = _WordCharacters()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_WORD_CHARACTERS)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
