"""Recognises an utterance that is only a yes or a no to a question of the brain.

A wrong yes does something that the user did not want. A missed yes only costs a call of the model.
So this recognises only utterances without another meaning. Words that can mean both are left out
(the Japanese "kekkou desu"), and so are utterances with any further word.
"""

from functools import cache
from typing import Literal

from brain.texts import spoken
from brain.texts.phrases import Phrases, languages, understood

QUESTION_MARKS = "?\uff1f\u00bf"  # also the full-width and the inverted question mark


def reading(text: str) -> Literal["approve", "reject"] | None:
    """The decision in the utterance, if it contains nothing else; else None.

    A yes with a question mark ("sure?") is not a decision.
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
