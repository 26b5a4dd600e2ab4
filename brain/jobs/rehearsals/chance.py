"""All chance of a rehearsal, drawn from its seed: the same seed gives the same rehearsal.

Each draw is a hash of the seed and of what is drawn, so it does not depend on the order of draws,
nor on which process makes it.
"""

import hashlib
from collections.abc import Sequence

from brain.jobs.rehearsals.parts import EarBody

_PAIRS = {"b": "p", "d": "t", "g": "k", "m": "n", "s": "f", "v": "w", "a": "o", "e": "i"}
_SOUNDS = _PAIRS | {other: one for one, other in _PAIRS.items()}  # sounds that an ear confuses
SHORT_CHARS = 3  # of a word that is lost rather than misheard
PAUSE_S = (1.0, 4.0)  # seconds of silence: a person thinks
CUT_SHARE = (0.1, 0.7)  # of a message that is cut off: how much was heard


def draw(seed: int, *what: str | int) -> float:
    """Return a number from 0 up to, but not including, 1."""
    name = "\0".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48


def shuffled[T](items: Sequence[T], seed: int, *what: str | int) -> list[T]:
    """Return the items in an order that the seed decides."""
    places = sorted(range(len(items)), key=lambda place: (draw(seed, *what, place), place))
    return [items[place] for place in places]


def misheard(text: str, ear: EarBody, seed: int, turn: int) -> str:
    """Return what the ear makes of a text: some words are lost, some sound like another."""
    if not ear.noise:
        return text
    words = text.split()
    heard = [
        _misheard_word(word, draw(seed, "sound", turn, place))
        if draw(seed, "noise", turn, place) < ear.noise
        else word
        for place, word in enumerate(words)
    ]
    return " ".join(word for word in heard if word) or text


def _misheard_word(word: str, chance: float) -> str:
    """Return the word with one sound changed; empty if it is lost."""
    places = [place for place, letter in enumerate(word) if letter.lower() in _SOUNDS]
    if len(word) <= SHORT_CHARS or not places:
        return ""
    place = places[int(chance * len(places))]
    letter = _SOUNDS[word[place].lower()]
    changed = letter.upper() if word[place].isupper() else letter
    return f"{word[:place]}{changed}{word[place + 1 :]}"


def cut_at(speech: str, ear: EarBody, seed: int, seq: int) -> int | None:
    """Return after how many characters the user cuts a message off; None: not at all."""
    if draw(seed, "cut", seq) >= ear.cuts_off or len(speech) < 2:
        return None
    least, most = CUT_SHARE
    share = least + (most - least) * draw(seed, "share", seq)
    return max(1, int(len(speech) * share))


def talks_over(ear: EarBody, seed: int, turn: int) -> bool:
    """Whether the user says a second thing while the brain works on this turn."""
    return draw(seed, "over", turn) < ear.talks_over


def pause_s(ear: EarBody, seed: int, turn: int) -> float:
    """Return how long the user is silent before this turn, in seconds."""
    if draw(seed, "silent", turn) >= ear.silent:
        return 0.0
    least, most = PAUSE_S
    return least + (most - least) * draw(seed, "pause", turn)
