"""Whether an utterance is nothing but one of a few phrases, in any of a few languages.

An utterance fits a language if it can be cut into phrases of it and fillers without a rest: "yes,
please do" fits, "yes, but to Bob" does not. One that holds anything more is for the model.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MAX_CHARS = 100  # of an utterance that is nothing but such phrases

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters with no accent to take off.
_LETTERS = str.maketrans({"\u0131": "i", "\u0142": "l", "\u00f8": "o"})
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")

type Words = tuple[str, ...]
type Phrasebook = Mapping[str, tuple[str, str]]  # by language: phrases and fillers, bars between


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, and what may stand before, between and within them."""

    known: frozenset[Words]
    fillers: frozenset[Words]
    vocabulary: frozenset[str]  # all their words: most utterances hold another one

    @classmethod
    def of(cls, known: str, fillers: str) -> "Phrases":
        """From texts with a bar between two phrases."""
        phrases, between = _split(known), _split(fillers)
        return cls(phrases, between, frozenset(word for one in phrases | between for word in one))

    def fits(self, words: Words) -> bool:
        """Whether the words are phrases and fillers, one phrase at least, without a rest."""
        if not self.vocabulary.issuperset(words):
            return False
        begun = self._filled(words, {0})
        ended: set[int] = set()  # places up to which a phrase or several and fillers reach
        for start in range(len(words)):
            if start in begun | ended:
                ends = (self._ends(words, start, phrase) for phrase in self.known)
                ended |= self._filled(words, set().union(*ends))
        return len(words) in ended

    def _ends(self, words: Words, start: int, phrase: Words) -> set[int]:
        """Where the phrase may end that begins there, fillers within it or not."""
        places = {start - 1}
        for number, word in enumerate(phrase):
            nexts = {place + 1 for place in places}
            reached = self._filled(words, nexts) if number else nexts
            places = {place for place in reached if words[place : place + 1] == (word,)}
        return {place + 1 for place in places}

    def _filled(self, words: Words, places: set[int]) -> set[int]:
        """The places that fillers lead to from these, and these."""
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
    """The words of an utterance in one form: without case, accents, punctuation and apostrophes.

    In a script without spaces each character is one. An utterance that is too long has none.
    """
    if len(text) > MAX_CHARS:
        return ()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold())))
    plain = unicodedata.normalize("NFKC", bare).translate(_LETTERS)
    kept = "".join(map(_kept, plain))
    return tuple(_UNSPACED.sub(lambda char: f" {char[0]} ", kept).split())


def understood(book: Phrasebook) -> dict[str, Phrases]:
    """The phrases of a book. It takes some milliseconds: to be made when first needed, and kept."""
    return {language: Phrases.of(*texts) for language, texts in book.items()}


def languages(text: str, phrases: Mapping[str, Phrases]) -> tuple[str, ...]:
    """The languages in which the utterance is nothing but such phrases."""
    words = spoken_words(text)
    return tuple(language for language, known in phrases.items() if known.fits(words))


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category == "So":  # a thumb down after a yes is a word more
        return f" {char} "
    return char if category[0] in "LMN" else " "


def _split(texts: str) -> frozenset[Words]:
    return frozenset(words for text in texts.split("|") if (words := spoken_words(text)))
