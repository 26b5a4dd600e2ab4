"""Marks: how much of each message was heard, in the format of the run hash."""

import re
from typing import assert_never

from brain.run.messages import Heard, How

_MARK = re.compile(r"[0-9]{1,15}=(all|[0-9]{1,15})")


def mark(heard: Heard) -> str:
    """Return how much was heard: a number of characters, or `all`."""
    match heard.how:
        case How.PLAYED:
            return "all"
        case How.CUT_OFF:
            return str(heard.chars)
        case How.UNSPOKEN:
            return "0"
        case _:
            assert_never(heard.how)


def heard_by(marks: str) -> tuple[Heard, ...]:
    """Parse the marks of a run hash: `<seq>=<mark>`, separated by spaces.

    Marks of newer code are left out.
    """
    found = (part.partition("=") for part in marks.split() if _MARK.fullmatch(part))
    return tuple(
        Heard(seq=int(seq), how=How.PLAYED)
        if mark == "all"
        else Heard(seq=int(seq), how=How.CUT_OFF if int(mark) else How.UNSPOKEN, chars=int(mark))
        for seq, _, mark in found
    )
