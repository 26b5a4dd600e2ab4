"""How much of a message the user has heard, as front ends report it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from brain.codec import SPARSE

ITSELF = "-"  # in the place of a page's name: the caller says the answer itself, as a call does


class How(StrEnum):
    """How a message reached the user."""

    PLAYED = "played"
    CUT_OFF = "cutOff"
    UNSPOKEN = "unspoken"
    SHOWN = "shown"  # the whole text was in view
    RETURNED = "returned"  # in a response; nobody has reported more


class Heard(Struct, frozen=True, kw_only=True):
    """How much of the message at `seq` the user heard.

    `chars` counts the characters that were heard of a message that was cut off. `is_open`: it is
    the question that waits for the user's decision.
    """

    seq: int
    how: How
    chars: int = 0
    is_open: bool = False


class HeardPart(Struct, frozen=True, kw_only=True):
    """How much of a message the user has heard: `chars` characters of one that was cut off."""

    how: How
    chars: Annotated[int, SPARSE] = 0
