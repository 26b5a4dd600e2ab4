"""Phrases for saying yes, saying no and asking about progress. Each language has one file.

To add a language, add its file and its name to the tuple in `files`. The files are imported at the
first utterance, so that they do not slow down a cold start.
"""

from functools import cache
from typing import Protocol

from brain.texts.phrases import Phrasebook


class Phrasing(Protocol):
    """The phrases of one language.

    Each pair contains the phrases, then the fillers allowed before, between and within them. Both
    are separated by bars. YES contains the firm phrases, which nobody says by the way. SOFT
    contains phrases that mean yes too, but that people also say to keep a talk going. They take
    the fillers of YES. NO contains doubtful phrases as well, because a wrong no costs less than a
    wrong yes. STATUS contains questions about what the brain is doing, and HELPERS about what its
    helpers are doing. They take the fillers of STATUS.
    """

    __name__: str
    YES: tuple[str, str]
    SOFT: str
    NO: tuple[str, str]
    STATUS: tuple[str, str]
    HELPERS: str


@cache
def files() -> tuple[Phrasing, ...]:
    """Return the phrases of all languages, in the order in which they are tried."""
    from brain.texts.spoken import de, en, es, fr, it, ja, nl, pl, pt, sv, tr, zh

    return (en, de, fr, es, it, pt, nl, sv, pl, tr, ja, zh)


def yes() -> Phrasebook:
    """Return the phrases for yes, firm and soft, by language."""
    return {_code(one): (f"{one.YES[0]} | {one.SOFT}", one.YES[1]) for one in files()}


def soft() -> Phrasebook:
    """Return the soft phrases of all languages together, with the fillers of each language.

    A phrase that is soft in one language is soft in all: the user may mix them.
    """
    everywhere = " | ".join(one.SOFT for one in files())
    return {_code(one): (everywhere, one.YES[1]) for one in files()}


def no() -> Phrasebook:
    """Return the phrases for no, by language."""
    return {_code(language): language.NO for language in files()}


def status() -> Phrasebook:
    """Return the questions about what the brain is doing, by language."""
    return {_code(language): language.STATUS for language in files()}


def helpers() -> Phrasebook:
    """Return the questions about what helpers in the background are doing, by language."""
    return {_code(one): (one.HELPERS, one.STATUS[1]) for one in files()}


def _code(language: Phrasing) -> str:
    return language.__name__.rpartition(".")[2]
