"""How people say yes, say no, and ask how far the brain is. Each language has a file here.

To add a language, add its file and its name to the tuple in `files`. The files are imported when
the first utterance is read, so that a cold start does not pay for them.
"""

from functools import cache
from typing import Protocol

from brain.texts.phrases import Phrasebook


class Phrasing(Protocol):
    """What is understood in one language.

    Each pair holds the phrases, then the fillers that may stand before, between and within them.
    A bar separates two of them. What can also mean no, or nothing, is left out of YES. NO is the
    wider list: a wrong no costs less than a wrong yes. STATUS asks what the brain is doing.
    """

    __name__: str
    YES: tuple[str, str]
    NO: tuple[str, str]
    STATUS: tuple[str, str]


@cache
def files() -> tuple[Phrasing, ...]:
    """All languages, in the order in which they are tried."""
    from brain.texts.spoken import de, en, es, fr, it, ja, nl, pl, pt, sv, tr, zh

    return (en, de, fr, es, it, pt, nl, sv, pl, tr, ja, zh)


def yes() -> Phrasebook:
    """How people say yes, by language."""
    return {_code(language): language.YES for language in files()}


def no() -> Phrasebook:
    """How people say no, by language."""
    return {_code(language): language.NO for language in files()}


def status() -> Phrasebook:
    """How people ask what the brain is doing, by language."""
    return {_code(language): language.STATUS for language in files()}


def _code(language: Phrasing) -> str:
    return language.__name__.rpartition(".")[2]
