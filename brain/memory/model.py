"""What outlasts a run: facts, entries found in the older log, and its summary."""

from dataclasses import dataclass
from datetime import datetime

from brain.run.messages import LogEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something the user asked to remember.

    `source` says in words where it came from. `foreign` means that the run had read text that
    others wrote, so the fact may be theirs. The model sees such a fact only if it searches for it.
    """

    id: str
    text: str
    source: str
    at: datetime
    foreign: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An entry of the older log that a search found. `snippet` is its best matching passage."""

    entry: LogEntry
    snippet: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The rolling summary of the log up to and including `upto_seq`; 0 means no entries.

    `erasures`: how often the user had erased entries when it was read.
    """

    text: str = ""
    upto_seq: int = 0
    erasures: int = 0
