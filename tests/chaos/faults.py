"""What can go wrong at a point, and who decides where it does.

A point is one call of a port by one invocation. Points are numbered as they come, so a history is
told by its story and its faults, such as `kill.after@7`, and comes out the same each time.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

# Everywhere: the process dies, or is frozen for longer than its lease, or the answer takes long.
_ANYWHERE = ("kill.before", "kill.after", "freeze.after", "pause.after")
# Before a call that a fence or a deduplication id guards. Before the model, a tool or the channel
# nothing closes the gap between the last look at the lease and the call: no promise is made of it.
_GUARDED = ("freeze.before", "pause.before")

KINDS: Mapping[str, tuple[str, ...]] = {
    "store": (
        *_ANYWHERE,
        *_GUARDED,
        "double",  # executed, no answer, executed again: the second answer counts
        "resend",  # the same, after a while
        "lost",  # executed, and told that the store cannot be reached
        "late",  # told so, and executed a little later
        "echo",  # executed, answered, and executed once more a little later
        "refuse",  # the store refuses everyone for a moment
        "outage",  # and for longer than a brain insists
        "ahead",  # the store's clock jumps forward
        "behind",  # or back
    ),
    "queue": (*_ANYWHERE, *_GUARDED, "refuse", "outage", "twice", "slow", "slowest"),
    "channel": (*_ANYWHERE, "refuse", "outage"),  # one that it takes and loses looks like one shown
    "model": (*_ANYWHERE, "fail", "decline", "hang", "cut"),
    "tool": (*_ANYWHERE, "hang", "break"),
}
EVENTS = ("text", "again", "stop", "event")  # not faults: what may happen at any point

# What a store may lose, and how far its clock may be wrong: at points of the store, and not part of
# KINDS, because the promises about what is lost are weaker (see test_losses.py).
LOST: Mapping[str, tuple[str, ...]] = {
    "lose.run": ("run",),
    "lose.log": ("log",),
    "lose.journal": ("journal",),
    "lose.run+log": ("run", "log"),
    "lose.run+journal": ("run", "journal"),
    "lose.log+journal": ("log", "journal"),
    "lose.rest": ("rest", "questions"),
    "lose.beside": ("id", "memory", "here", "held", "seen"),
    "lose.all": (),
}
HOURS: Mapping[str, float] = {"hours.ahead": 6 * 3600.0, "hours.behind": -6 * 3600.0}

FREEZE_S = 16.0  # longer than the simulated lease of 10 s and its wake-up, not than a caller waits
PAUSE_S = 3.0  # longer than a store's or queue's try, shorter than the lease
BRIEF_S = 2.0  # a refusal that a retry outlives
OUTAGE_S = 20.0  # one that outlives every retry of a caller or a brain, but not the queue's
ECHO_S = 2.5  # when a request that was given up is executed after all
JUMP_S = 15.0  # more than a lease
SLOW_S = 30.0  # a queue with a backlog
SLOWEST_S = 300.0  # a queue with an outage


class Fault(Struct, frozen=True):
    """Something that goes wrong at the point with the number `at`, or at every point of a port."""

    at: int | str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}@{self.at}"

    @classmethod
    def parse(cls, text: str) -> "Fault":
        kind, _, at = text.partition("@")
        return cls(int(at) if at.isdecimal() else at, kind)


class Place(Struct, frozen=True):
    """Where a point is in a history: its number, its port, and what is called for whom."""

    number: int
    port: str
    what: str


def faults_at(place: Place) -> Iterator[Fault]:
    """Every single fault of a point."""
    return (Fault(place.number, kind) for kind in KINDS[place.port])


class Plan(Protocol):
    """Decides what goes wrong at a point."""

    def at(self, number: int, port: str) -> tuple[str, ...]:
        """The kinds of faults and events at this point."""


class Exactly:
    """The faults that were handed in, and no others."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(faults)
        self._kinds: dict[int | str, tuple[str, ...]] = {}
        for fault in self.faults:
            self._kinds[fault.at] = (*self._kinds.get(fault.at, ()), fault.kind)

    def at(self, number: int, port: str) -> tuple[str, ...]:
        return self._kinds.get(number, ()) + self._kinds.get(port, ())


class AtRandom:
    """Faults by chance: each point has one with the probability `rate`. Keeps what it chose.

    `most` bounds them, so that a history has an end; a run may lose only so many of its invocations
    before it has to be given up.
    """

    def __init__(self, chance: random.Random, *, rate: float, most: int) -> None:
        self._chance = chance
        self._rate = rate
        self._most = most
        self.faults: list[Fault] = []

    def at(self, number: int, port: str) -> tuple[str, ...]:
        if len(self.faults) >= self._most or self._chance.random() >= self._rate:
            return ()
        kind = self._chance.choice(KINDS[port] + EVENTS)
        self.faults.append(Fault(number, kind))
        return (kind,)
