"""What can go wrong at a call of a port, and what a user may do there.

Faults of the engine's own calls have histories of their own, without jobs. Here they are those that
matter to a job: a process dies before or after an effect, or is held up for longer than its lease;
an answer is lost, or the same is executed twice; a delivery is doubled, late or lost.
"""

from collections.abc import Iterator, Mapping

from tests.chaos.faults import Fault, Place

_ANYWHERE = ("kill.before", "kill.after", "freeze.after")
KINDS: Mapping[str, tuple[str, ...]] = {
    "store": (*_ANYWHERE, "lost", "outage", "pause.after"),
    "jobs": (*_ANYWHERE, "freeze.before", "pause.after", "lost", "double", "outage"),
    "queue": (*_ANYWHERE, "lost", "outage", "twice", "slow", "slowest", "dropped"),
    "model": ("kill.after", "freeze.after", "fail", "decline", "hang"),
    "tool": ("kill.after", "freeze.after", "break"),
}
EVENTS = ("stop", "stop.0", "say", "again")
PORTS_OF_EVENTS = ("jobs", "queue", "model")
SLOW_S = 30.0  # a queue with a backlog
SLOWEST_S = 300.0  # a queue with an outage


def faults_at(place: Place) -> Iterator[Fault]:
    """Every single fault of a point."""
    for kind in KINDS[place.port]:
        # A sweep that was acknowledged and is never delivered is no fault that a job can survive
        # together with another one; alone it is.
        yield Fault(place.number, kind)
