"""The state machine of a lease as a table: its states, its events and their effects.

The scripts in this folder implement the state machine; this table documents it. A test runs
every event in every state against the scripts, so the table stays correct. The diagram in
docs/explanation/reliability.md is generated from it.

Every request of a brain carries its fencing token. The store accepts only the newest token: the
holder of an older token has been replaced, and its requests change nothing.
"""

from enum import StrEnum

from msgspec import Struct


class LeaseState(StrEnum):
    """The states of a user's lease."""

    IDLE = "idle"  # no run is open
    RUNNING = "running"  # an invocation is the brain
    EXPIRED = "expired"  # the brain has not renewed the lease in time
    HANDING_OVER = "handingOver"  # the brain has stopped, and the queue calls its successor
    OVERDUE = "overdue"  # the successor has not come in time


class LeaseEvent(StrEnum):
    """The events that can change a lease."""

    ADMIT = "admit"  # a text of the user
    COMMIT = "commit"  # the brain records a step
    RENEW = "renew"  # the brain is still working on a long step
    FINISH = "finish"  # the brain records the last message
    HAND_OVER = "hand over"  # the invocation runs out of time
    RELEASE = "release"  # the brain could not put its successor on the queue
    STOP = "stop"  # the user ends the run
    RESUME = "resume"  # the queue calls the successor
    WAKE_UP = "wake-up"  # the queue calls to check whether the brain is alive
    TIME = "time passes"  # the lease runs out


class Transition(Struct, frozen=True, kw_only=True):
    """An event that changes something in a state.

    `new_fence`: the event invalidates all older tokens.
    """

    state: LeaseState
    event: LeaseEvent
    becomes: LeaseState
    new_fence: bool
    meaning: str


NEW, SAME = True, False  # the fence

# An event that is not listed for a state changes nothing.
_TABLE = {
    LeaseState.IDLE: ((LeaseEvent.ADMIT, LeaseState.RUNNING, NEW, "a run begins"),),
    LeaseState.RUNNING: (
        (LeaseEvent.ADMIT, LeaseState.RUNNING, SAME, "the text joins the run"),
        (LeaseEvent.COMMIT, LeaseState.RUNNING, SAME, "the lease is renewed"),
        (LeaseEvent.RENEW, LeaseState.RUNNING, SAME, "the lease is renewed"),
        (LeaseEvent.FINISH, LeaseState.IDLE, SAME, "the run ends, unless the user has said more"),
        (LeaseEvent.HAND_OVER, LeaseState.HANDING_OVER, NEW, "the new fence is the successor's"),
        (LeaseEvent.RELEASE, LeaseState.EXPIRED, SAME, "the brain gives up the lease"),
        (LeaseEvent.STOP, LeaseState.IDLE, NEW, "the run ends while its brain works"),
        (LeaseEvent.TIME, LeaseState.EXPIRED, SAME, "the brain did not renew the lease"),
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
        (LeaseEvent.RELEASE, LeaseState.OVERDUE, SAME, "the queue could not be reached"),
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
    """Return the transition of the event in the state; None if it changes nothing."""
    return next(
        (
            transition
            for transition in TRANSITIONS
            if (transition.state, transition.event) == (state, event)
        ),
        None,
    )
