"""Recognizes utterances that consist only of known phrases, in several languages.

An utterance matches a language if it can be divided into phrases and fillers of that language
completely: "yes, please do" matches, "yes, but to Bob" does not. Any other utterance is left to
the model.
"""

import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

MAX_CHARS = 100  # of an utterance; a longer one never matches
COMPARED_WORDS = 2_000  # of each of two texts that are compared; bounds the work to milliseconds

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans({"\u0131": "i", "\u0142": "l", "\u00f8": "o"})
# Question marks whose names in Unicode do not say so: Greek, and the two interrobangs.
_ASKING = "\u037e\u203d\u2e18"

type Words = tuple[str, ...]
type Phrasebook = Mapping[str, tuple[str, str]]  # by language: phrases and fillers, separated by |


class Phrases(Struct, frozen=True):
    """The phrases of one language, and the fillers allowed before, between and within them."""

    known: frozenset[Words]
    fillers: frozenset[Words]
    vocabulary: frozenset[str]  # all their words; most utterances contain another word

    @classmethod
    def of(cls, known: str, fillers: str) -> "Phrases":
        """Build from two texts whose phrases are separated by |."""
        phrases, between = _split(known), _split(fillers)
        return cls(phrases, between, frozenset(word for one in phrases | between for word in one))

    def fits(self, words: Words) -> bool:
        """Whether the words consist of phrases and fillers only, with at least one phrase."""
        if not self.vocabulary.issuperset(words):
            return False
        begun = self._filled(words, {0})
        ended: set[int] = set()  # places that at least one phrase, with fillers, reaches
        for start in range(len(words)):
            if start in begun | ended:
                ends = (self._ends(words, start, phrase) for phrase in self.known)
                ended |= self._filled(words, set().union(*ends))
        return len(words) in ended

    def _ends(self, words: Words, start: int, phrase: Words) -> set[int]:
        """Return the places where the phrase can end if it starts at `start`, fillers included."""
        places = {start - 1}
        for number, word in enumerate(phrase):
            nexts = {place + 1 for place in places}
            reached = self._filled(words, nexts) if number else nexts
            places = {place for place in reached if words[place : place + 1] == (word,)}
        return {place + 1 for place in places}

    def _filled(self, words: Words, places: set[int]) -> set[int]:
        """Return these places and all that fillers lead to from them."""
        todo, reached = list(places), set(places)
        while todo:
            place = todo.pop()
            ends = {
                place + len(one) for one in self.fillers if words[place : place + len(one)] == one
            }
            todo += ends - reached
            reached |= ends
        return reached


def spoken_words(text: str) -> Words:
    """Normalize an utterance to words without case, accents, punctuation and apostrophes.

    In a script without spaces, each character is a word. A text longer than MAX_CHARS has no words.
    """
    return words_of(text) if len(text) <= MAX_CHARS else ()


def words_of(text: str) -> Words:
    """Normalize a text of any length to words. The work is linear in its length."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold())))
    plain = unicodedata.normalize("NFKC", bare).translate(_LETTERS)
    return tuple("".join(map(_kept, plain)).split())


def is_question(text: str) -> bool:
    """Whether the text contains a question mark of any script."""
    return any("QUESTION" in unicodedata.name(char, "") or char in _ASKING for char in text)


def share_in_order(words: Words, other: Words) -> float:
    """Return how many of the words the other text has in the same order, as a share from 0 to 1.

    Only the first COMPARED_WORDS of each count.
    """
    words, other = words[:COMPARED_WORDS], other[:COMPARED_WORDS]
    if not words:
        return 0.0
    # The longest common subsequence, with one bit for each word (Hyyrö's algorithm): a bit that
    # is 0 is a word that was found.
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(words)) - 1
    row = every
    for word in other:
        found = row & places.get(word, 0)
        row = (row + found | row - found) & every
    return (len(words) - row.bit_count()) / len(words)


def understood(book: Phrasebook) -> dict[str, Phrases]:
    """Parse a phrasebook. This takes a few milliseconds, so callers should cache the result."""
    return {language: Phrases.of(*texts) for language, texts in book.items()}


def languages(text: str, phrases: Mapping[str, Phrases]) -> tuple[str, ...]:
    """Return the languages in which the utterance consists only of known phrases."""
    words = spoken_words(text)
    return tuple(language for language, known in phrases.items() if known.fits(words))


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category == "So":  # a symbol is a word: "yes" with a thumbs-down is not a yes
        return f" {char} "
    if category[0] not in "LMN":
        return " "
    # Kana and Han. As a pattern, this takes 2 ms of a cold start to compile.
    return f" {char} " if "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" else char


def _split(texts: str) -> frozenset[Words]:
    return frozenset(words for text in texts.split("|") if (words := spoken_words(text)))
