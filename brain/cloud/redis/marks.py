"""Marks: how much of each message was heard, in the format of the run hash."""

import re
from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from brain.chat.hearing import Heard, HeardPart, How
from brain.run.messages import LogEntry, Message

_MARK = re.compile(r"[0-9]{1,15}=(all|shown|returned|[0-9]{1,15})")


def mark(heard: Heard) -> str:
    """Return how much was heard: a number of characters, `shown`, `returned` or `all`."""
    match heard.how:
        case How.PLAYED:
            return "all"
        case How.CUT_OFF:
            return str(heard.chars)
        case How.UNSPOKEN:
            return "0"
        case How.SHOWN | How.RETURNED:
            return heard.how.value
        case _:
            assert_never(heard.how)


def heard_by(marks: str, *, open_seq: int = 0) -> tuple[Heard, ...]:
    """Parse the marks of a run hash: `<seq>=<mark>`, separated by spaces.

    `open_seq` is the position of the open question, 0 for none. It is always among the results.
    Marks of newer code are left out.
    """
    found = [part.partition("=") for part in marks.split() if _MARK.fullmatch(part)]
    if open_seq and all(int(seq) != open_seq for seq, _, _ in found):
        found.append((str(open_seq), "=", How.RETURNED.value))
    return tuple(
        replace(_heard(int(seq), mark), is_open=int(seq) == open_seq) for seq, _, mark in found
    )


def with_marks(entries: Iterable[LogEntry], marks: str) -> tuple[LogEntry, ...]:
    """Return the entries, each message with how much was heard."""
    heard = {mark.seq: HeardPart(how=mark.how, chars=mark.chars) for mark in heard_by(marks)}
    return tuple(
        replace(entry, heard=heard[entry.seq])
        if isinstance(entry, Message) and entry.seq in heard
        else entry
        for entry in entries
    )


def _heard(seq: int, mark: str) -> Heard:
    if not mark.isdecimal():
        return Heard(seq=seq, how=How.PLAYED if mark == "all" else How(mark))
    return Heard(seq=seq, how=How.CUT_OFF if int(mark) else How.UNSPOKEN, chars=int(mark))
