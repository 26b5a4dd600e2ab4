"""What outlasts a run: facts, entries found in the older log, and its summary."""

from datetime import datetime

from msgspec import Struct

from brain.run.messages import LogEntry


class Fact(Struct, frozen=True, kw_only=True):
    """Something the user asked to remember.

    `source` says in words where it came from. `foreign` means that the run had read text that
    others wrote, so the fact may be theirs. The model sees such a fact only if it searches for it.
    """

    id: str
    text: str
    source: str
    at: datetime
    foreign: bool


class Found(Struct, frozen=True, kw_only=True):
    """An entry of the older log that a search found. `snippet` is its best matching passage."""

    entry: LogEntry
    snippet: str
    score: float


class Summary(Struct, frozen=True, kw_only=True):
    """The rolling summary of the log up to and including `upto_seq`; 0 means no entries.

    `erasures`: how often the user had erased entries when it was read.
    """

    text: str = ""
    upto_seq: int = 0
    erasures: int = 0
