"""Decides how an answer is told that comes late, after the answer to something else.

A short one is told whole. A long one is named by its first sentence and offered, because the user
may be with something else by now. What was not told counts as not heard.
"""

from brain.says.texts import Texts
from brain.texts.ear import sentences_of

LONG_CHARS = 300  # about twenty seconds of speech


def told_late(speech: str, texts: Texts) -> str:
    """Return what to say of a late answer."""
    if len(speech) <= LONG_CHARS:
        return speech
    return f"{sentences_of(speech)[0]} {texts.MORE}"
