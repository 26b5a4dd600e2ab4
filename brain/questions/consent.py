"""Whether an utterance by itself is a plain yes or no to a question of the brain.

A wrong yes does what the user did not want, a missed one costs a call of the model. So only what
can mean nothing else is read here: words that are yes to one and no to another are left out (the
Japanese "kekkou desu"), and so is whatever holds a word more.
"""

from functools import cache
from typing import Literal

from brain.texts import spoken
from brain.texts.phrases import Phrases, languages, understood

QUESTION_MARKS = "?\uff1f\u00bf"  # the wide one and the Spanish one too


def reading(text: str) -> Literal["approve", "reject"] | None:
    """What the utterance answers to a question, if it is nothing but an answer.

    A yes that is itself a question ("sure?") is none.
    """
    if any(mark in text for mark in QUESTION_MARKS):
        return None
    approves, rejects = languages(text, _yes()), languages(text, _no())
    if bool(approves) == bool(rejects):
        return None
    return "approve" if approves else "reject"


@cache
def _yes() -> dict[str, Phrases]:
    return understood(spoken.yes())


@cache
def _no() -> dict[str, Phrases]:
    return understood(spoken.no())
