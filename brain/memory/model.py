"""What lasts beyond a run: facts, what was found of the older log, the summary of it."""

from dataclasses import dataclass
from datetime import datetime

from brain.run.messages import LogEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something the user asked to remember.

    `source` says in words where it came from. `foreign`: it came up while others' texts were
    read, so it may be theirs; it is information, and is never shown to the model unasked.
    """

    id: str
    text: str
    source: str
    at: datetime
    foreign: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An entry of the older log that a search found. `snippet` quotes it where it fits best."""

    entry: LogEntry
    snippet: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The rolling summary of the log up to and including the place `upto_seq` (0: of nothing)."""

    text: str = ""
    upto_seq: int = 0
