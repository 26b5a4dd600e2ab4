"""Decides how an answer is told that comes late, after the answer to something else.

A short one is told whole. A long one is named by its first sentence and offered, because the user
may be with something else by now. What was not told counts as not heard.
"""

from brain.run.messages import Kind, Message
from brain.says.choice import LANGUAGES, language_of
from brain.says.texts import Texts
from brain.texts.ear import for_the_ear, sentences_of

LONG_CHARS = 300  # about twenty seconds of speech
OFFERS = tuple(language_of(tag).MORE for tag in LANGUAGES)


def name_of(message: Message) -> str | None:
    """Return the sentence that stands for a late answer which is too long to be told; None if it is
    told whole. What asks, fails, reports or confirms is told whole at any length.
    """
    speech = for_the_ear(message.text)
    is_answer = message.kind is Kind.SAY and message.question is None and not message.confirms
    return sentences_of(speech)[0] if is_answer and len(speech) > LONG_CHARS else None


def told_late(message: Message, texts: Texts) -> str:
    """Return what to say of a late answer."""
    name = name_of(message)
    return for_the_ear(message.text) if name is None else f"{name} {texts.MORE}"


def without_offers(words: str) -> str:
    """Return the words without the offers of `told_late`, which are in no message."""
    for offer in OFFERS:
        words = words.replace(offer, " ")
    return words
