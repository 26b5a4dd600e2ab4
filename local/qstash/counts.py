"""What the queue has done, and what it still has to do."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """`delivered`, `attempts` and `duplicates` count from the start of this process."""

    pending: int  # not in flight: due, delayed, held, or waiting for a retry
    unfinished: int  # those of them that are due or wait for a retry
    in_flight: int
    delivered: int
    dead: int
    attempts: int
    duplicates: int
