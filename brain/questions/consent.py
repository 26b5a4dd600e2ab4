"""Recognises an utterance that is only a yes or a no to a question of the brain.

A wrong yes does something that the user did not want. A missed yes only costs a call of the model.
So this recognises only utterances without another meaning. Words that can mean both are left out
(the Japanese "kekkou desu"), and so are utterances with any further word.
"""

from collections.abc import Sequence
from functools import cache
from typing import Literal

from brain.run.messages import Remark
from brain.texts import spoken
from brain.texts.phrases import (
    Phrases,
    is_question,
    languages,
    share_in_order,
    spoken_words,
    understood,
    words_of,
)

COMPARED_CHARS = 20_000  # of a question and of what the voice agent said; bounds the work


def reading(text: str) -> Literal["approve", "reject"] | None:
    """The decision in the utterance, if it contains nothing else; else None.

    A yes with a question mark ("sure?") is not a decision.
    """
    if is_question(text):
        return None
    approves, rejects = languages(text, _yes()), languages(text, _no())
    if bool(approves) == bool(rejects):
        return None
    return "approve" if approves else "reject"


def is_soft(text: str) -> bool:
    """Whether a yes consists only of words that people also say to keep a talk going."""
    return bool(languages(text, _soft()))


def is_echo(text: str, remarks: Sequence[Remark]) -> bool:
    """Whether the voice agent has said the same as this utterance. It may be the agent's own."""
    words = spoken_words(text)
    return any(spoken_words(line) == words for line in _agents(remarks))


def quoted(question: str, remarks: Sequence[Remark]) -> float | None:
    """Return how much of the question the agent's last line has, as a share of its words in order.

    None if the agent's words are not known.
    """
    said = _agents(remarks)
    if not said:
        return None
    return share_in_order(words_of(question[:COMPARED_CHARS]), words_of(said[-1][:COMPARED_CHARS]))


def _agents(remarks: Sequence[Remark]) -> list[str]:
    return [remark.text for remark in remarks if remark.role == "assistant"]


@cache
def _yes() -> dict[str, Phrases]:
    return understood(spoken.yes())


@cache
def _soft() -> dict[str, Phrases]:
    return understood(spoken.soft())


@cache
def _no() -> dict[str, Phrases]:
    return understood(spoken.no())
