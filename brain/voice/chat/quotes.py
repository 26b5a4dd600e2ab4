"""Finds out what the user has heard from what the platform quotes of us.

A platform puts into its history only what was spoken. So the assistant's part of the next request,
compared with what was sent, says how far the user has listened.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from brain.run.messages import Heard, How
from brain.voice.late_words import without_offers

ALIGNED = 0.6  # of the quote's words have to stand in what was sent, in order
SKIP_COST = 0.25  # words of a quote that a skipped word outweighs; a stray match must not count
MOST_WORDS = 3_000  # of the quote, and of what was sent: a quarter of an hour; bounds the work
_APOSTROPHES = "'’ʼ＇"  # noqa: RUF001 - each of them is meant
_UNSPACED = (  # first and last character: each character of these scripts counts as a word
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)


class Sent(Struct, frozen=True, kw_only=True):
    """A message as it was to be spoken. `is_part`: only this beginning of it, and an offer."""

    seq: int
    speech: str
    is_part: bool = False

    def played(self) -> Heard:
        """Return the mark if all of this was heard."""
        if self.is_part:
            return Heard(seq=self.seq, how=How.CUT_OFF, chars=len(self.speech))
        return Heard(seq=self.seq, how=How.PLAYED)


class _Word(Struct, frozen=True):
    text: str
    end: int  # the position in the text after the word


def heard_of(quote: str, sent: Sequence[Sent]) -> tuple[Heard, ...]:
    """Return how much of each message was heard, if the platform quotes this.

    Empty if the quote has no words, or cannot be aligned with what was sent.
    """
    if any(one.is_part for one in sent):
        quote = without_offers(quote)
    quoted = [word.text for word in words_of(quote)]
    spoken = [words_of(one.speech) for one in sent]
    said = [word.text for words in spoken for word in words][:MOST_WORDS]
    matched = _matched(quoted, said)
    reach = _reach(matched)
    if not quoted or sum(matched[:reach]) < ALIGNED * len(quoted):
        return ()
    marks: list[Heard] = []
    first = 0
    for one, words in zip(sent, spoken, strict=True):
        if words:
            marks.append(_mark(one, words, matched[first:reach][: len(words)]))
        first += len(words)
    return tuple(marks)


def words_of(text: str) -> list[_Word]:
    """Return the words without case and punctuation, the first ones of a very long text."""
    found: list[_Word] = []
    letters: list[str] = []
    for place, char in enumerate(text):
        if char in _APOSTROPHES and letters:
            continue
        is_letter = char.isalnum() or (bool(letters) and unicodedata.category(char)[0] == "M")
        if letters and (not is_letter or _is_unspaced(char)):
            found.append(_word(letters, _end(text, place)))
            letters = []
        if len(found) >= MOST_WORDS:
            return found
        if is_letter and _is_unspaced(char):
            found.append(_word([char], place + 1))
        elif is_letter:
            letters.append(char)
    if letters:
        found.append(_word(letters, _end(text, len(text))))
    return found


def _end(text: str, place: int) -> int:
    """Return the end of the word before `place`: an apostrophe at its end is not part of it."""
    while text[place - 1] in _APOSTROPHES:
        place -= 1
    return place


def _word(letters: Iterable[str], end: int) -> _Word:
    return _Word(unicodedata.normalize("NFKC", "".join(letters)).casefold(), end)


def _is_unspaced(char: str) -> bool:
    return any(first <= char <= last for first, last in _UNSPACED)


def _matched(quoted: Sequence[str], said: Sequence[str]) -> list[bool]:
    """Return which of the words of `said` lengthen the longest common subsequence.

    Bit-parallel (Hyyrö 2004): one addition of long integers for each word of the quote, so that
    thousands of words take milliseconds.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(said):
        places[word] = places.get(word, 0) | 1 << place
    everything = (1 << len(said)) - 1
    left = everything
    for word in quoted:
        hits = left & places.get(word, 0)
        left = ((left + hits) | (left - hits)) & everything
    return [not left >> place & 1 for place in range(len(said))]


def _reach(matched: Sequence[bool]) -> int:
    """Return up to which word the quote goes.

    A single word that matches far behind the others is a coincidence, so skipped words cost.
    """
    best, reach, score = 0.0, 0, 0.0
    for place, is_matched in enumerate(matched):
        score += 1 if is_matched else -SKIP_COST
        if is_matched and score > best:
            best, reach = score, place + 1
    return reach


def _mark(one: Sent, words: Sequence[_Word], matched: Sequence[bool]) -> Heard:
    """Return the mark of one message. `matched` ends where the quote ends."""
    count = sum(matched)
    if not count:
        return Heard(seq=one.seq, how=How.UNSPOKEN)
    last = max(place for place, is_matched in enumerate(matched) if is_matched)
    is_whole = last + 1 == len(words) or len(matched) == len(words)
    if is_whole and count >= ALIGNED * len(words):
        return one.played()
    return Heard(seq=one.seq, how=How.CUT_OFF, chars=words[last].end)
