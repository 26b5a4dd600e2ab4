"""Traces as values, and the ids that need no state. Pure.

The ids of a trace and of its first span come from the id of the run. So each invocation of a run
knows them, also one that goes on after another has died, and nobody has to pass them on.
"""

import hashlib
from typing import Literal

from msgspec import Struct

type Value = str | int | float | bool
type Attributes = dict[str, Value]

CLOCK = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # the digits of a ULID
CLOCK_CHARS = 10  # of its time, in ms since 1970
RUN_CHARS = 26
FARTHEST_MS = 7 * 24 * 3600 * 1000  # from the store's time; a run takes at most a day


class TraceSpan(Struct, frozen=True, kw_only=True):
    """One span. Times are in nanoseconds since 1970. `parent` is None for the first span.

    `failed`: its status is an error. There is never a text that says which: it could have a user's
    words. The attribute `error.type` has the class.
    """

    name: str
    trace: int
    id: int
    parent: int | None
    kind: Literal["server", "client", "internal"]
    began: int
    ended: int
    attributes: Attributes
    failed: bool = False


def trace_of(run_id: str) -> int:
    """Return the id of a run's trace, of 128 bits."""
    return _hashed("trace", run_id, size=16)


def first_of(run_id: str) -> int:
    """Return the id of the span `run`, of 64 bits."""
    return _hashed("run", run_id, size=8)


def began_at(run_id: str, *, started_ms: int) -> int:
    """Return when a run began, in nanoseconds.

    Its id says so: it is made just before the store is asked. `started_ms` is the store's time,
    which counts if the id has no time near it.
    """
    head = run_id[:CLOCK_CHARS]
    if len(run_id) == RUN_CHARS and all(char in CLOCK for char in head):
        found = 0
        for char in head:
            found = found * len(CLOCK) + CLOCK.index(char)
        if abs(found - started_ms) < FARTHEST_MS:
            started_ms = found
    return started_ms * 1_000_000


def _hashed(what: str, run_id: str, *, size: int) -> int:
    digest = hashlib.sha256(f"{what} {run_id}".encode()).digest()
    return int.from_bytes(digest[:size]) or 1  # zero means that there is no id
