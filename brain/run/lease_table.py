"""The lease's life as a table: who may be a user's brain, and what moves the right to be it.

The scripts beside the state store decide; this says what they decide, move by move. A test plays
every move in every state against the scripts, so that it stays true, and the drawing in
docs/explanation/reliability.md is made from it.

A brain's moves carry its fencing token, and count with the newest token only: whoever holds an
older one has been replaced, and nothing it sends changes anything.
"""

from dataclasses import dataclass
from enum import StrEnum


class LeaseState(StrEnum):
    """What the state store can hold of a user's lease."""

    IDLE = "idle"  # no run is open
    RUNNING = "running"  # an invocation is the brain
    EXPIRED = "expired"  # it has not given a sign of life for as long as a lease lasts
    HANDING_OVER = "handingOver"  # it has stopped, and its successor is called
    OVERDUE = "overdue"  # the successor has not come in time


class LeaseEvent(StrEnum):
    """What can happen to it."""

    ADMIT = "admit"  # a text of the user
    COMMIT = "commit"  # the brain records a step
    RENEW = "renew"  # the brain is still at a long step
    FINISH = "finish"  # the brain records the last word
    HAND_OVER = "hand over"  # the brain's time is up
    RELEASE = "release"  # the brain could not put its successor on the queue
    STOP = "stop"  # the user ends the run
    RESUME = "resume"  # the queue calls the successor
    WAKE_UP = "wake-up"  # the queue calls to see whether the brain lives
    TIME = "time passes"  # the lease runs out


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """A move that means something in a state. `new_fence`: all older tokens are worth nothing from
    now on.
    """

    state: LeaseState
    event: LeaseEvent
    becomes: LeaseState
    new_fence: bool
    meaning: str


NEW, SAME = True, False  # the fence

# What is not here changes nothing.
_TABLE = {
    LeaseState.IDLE: ((LeaseEvent.ADMIT, LeaseState.RUNNING, NEW, "a run begins"),),
    LeaseState.RUNNING: (
        (LeaseEvent.ADMIT, LeaseState.RUNNING, SAME, "the text joins the run"),
        (LeaseEvent.COMMIT, LeaseState.RUNNING, SAME, "the lease lasts from now"),
        (LeaseEvent.RENEW, LeaseState.RUNNING, SAME, "the lease lasts from now"),
        (LeaseEvent.FINISH, LeaseState.IDLE, SAME, "the run ends, unless the user has said more"),
        (LeaseEvent.HAND_OVER, LeaseState.HANDING_OVER, NEW, "the new fence is the successor's"),
        (LeaseEvent.RELEASE, LeaseState.EXPIRED, SAME, "given up"),
        (LeaseEvent.STOP, LeaseState.IDLE, NEW, "the run ends, whoever is at it"),
        (LeaseEvent.TIME, LeaseState.EXPIRED, SAME, "no sign of life"),
    ),
    LeaseState.EXPIRED: (
        (LeaseEvent.ADMIT, LeaseState.RUNNING, NEW, "the text's invocation takes over"),
        (LeaseEvent.WAKE_UP, LeaseState.RUNNING, NEW, "the called invocation takes over"),
        (LeaseEvent.RESUME, LeaseState.RUNNING, NEW, "the called invocation takes over"),
        (LeaseEvent.STOP, LeaseState.IDLE, NEW, "the run ends"),
        (LeaseEvent.COMMIT, LeaseState.RUNNING, SAME, "late, but nobody has taken over"),
        (LeaseEvent.RENEW, LeaseState.RUNNING, SAME, "late, but nobody has taken over"),
        (LeaseEvent.FINISH, LeaseState.IDLE, SAME, "late, but nobody has taken over"),
        (LeaseEvent.HAND_OVER, LeaseState.HANDING_OVER, NEW, "late, but nobody has taken over"),
    ),
    LeaseState.HANDING_OVER: (
        (LeaseEvent.RESUME, LeaseState.RUNNING, SAME, "the successor goes on"),
        (LeaseEvent.ADMIT, LeaseState.HANDING_OVER, SAME, "the text joins the run"),
        (LeaseEvent.RELEASE, LeaseState.OVERDUE, SAME, "the queue was away"),
        (LeaseEvent.STOP, LeaseState.IDLE, NEW, "the run ends between two invocations"),
        (LeaseEvent.TIME, LeaseState.OVERDUE, SAME, "the successor has not come"),
    ),
    LeaseState.OVERDUE: (
        (LeaseEvent.RESUME, LeaseState.RUNNING, SAME, "the successor comes late and goes on"),
        (LeaseEvent.STOP, LeaseState.IDLE, NEW, "the run ends"),
        (LeaseEvent.ADMIT, LeaseState.RUNNING, NEW, "the text's invocation takes over"),
        (LeaseEvent.WAKE_UP, LeaseState.RUNNING, NEW, "the called invocation takes over"),
    ),
}

TRANSITIONS = tuple(
    Transition(state=state, event=event, becomes=becomes, new_fence=new_fence, meaning=meaning)
    for state, rows in _TABLE.items()
    for event, becomes, new_fence, meaning in rows
)


def transition_for(state: LeaseState, event: LeaseEvent) -> Transition | None:
    """What the move means in the state; None if it changes nothing."""
    return next(
        (
            transition
            for transition in TRANSITIONS
            if (transition.state, transition.event) == (state, event)
        ),
        None,
    )
