"""The lease's life as a table: who may be a user's brain, and what moves the right to be it.

The scripts beside the state store decide; this says what they decide, move by move. A test plays
every move in every state against the scripts, so that it stays true, and the drawing in
docs/reliability.md is made from it.

A brain's moves carry its fencing token, and count with the newest token only: whoever holds an
older one has been replaced, and nothing it sends changes anything.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What the state store can hold of a user's lease."""

    IDLE = "idle"  # no run is open
    RUNNING = "running"  # an invocation is the brain
    EXPIRED = "expired"  # it has not given a sign of life for as long as a lease lasts
    HANDING_OVER = "handingOver"  # it has stopped, and its successor is called
    OVERDUE = "overdue"  # the successor has not come in time


class Move(StrEnum):
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
class Rule:
    """A move that means something in a state. `new_fence`: all older tokens are worth nothing from
    now on.
    """

    state: State
    move: Move
    becomes: State
    new_fence: bool
    meaning: str


NEW, SAME = True, False  # the fence

# What is not here changes nothing.
_TABLE = {
    State.IDLE: ((Move.ADMIT, State.RUNNING, NEW, "a run begins"),),
    State.RUNNING: (
        (Move.ADMIT, State.RUNNING, SAME, "the text joins the run"),
        (Move.COMMIT, State.RUNNING, SAME, "the lease lasts from now"),
        (Move.RENEW, State.RUNNING, SAME, "the lease lasts from now"),
        (Move.FINISH, State.IDLE, SAME, "the run ends, unless the user has said more"),
        (Move.HAND_OVER, State.HANDING_OVER, NEW, "the new fence is the successor's"),
        (Move.RELEASE, State.EXPIRED, SAME, "given up"),
        (Move.STOP, State.IDLE, NEW, "the run ends, whoever is at it"),
        (Move.TIME, State.EXPIRED, SAME, "no sign of life"),
    ),
    State.EXPIRED: (
        (Move.ADMIT, State.RUNNING, NEW, "the text's invocation takes over"),
        (Move.WAKE_UP, State.RUNNING, NEW, "the called invocation takes over"),
        (Move.RESUME, State.RUNNING, NEW, "the called invocation takes over"),
        (Move.STOP, State.IDLE, NEW, "the run ends"),
        (Move.COMMIT, State.RUNNING, SAME, "late, but nobody has taken over"),
        (Move.RENEW, State.RUNNING, SAME, "late, but nobody has taken over"),
        (Move.FINISH, State.IDLE, SAME, "late, but nobody has taken over"),
        (Move.HAND_OVER, State.HANDING_OVER, NEW, "late, but nobody has taken over"),
    ),
    State.HANDING_OVER: (
        (Move.RESUME, State.RUNNING, SAME, "the successor goes on"),
        (Move.ADMIT, State.HANDING_OVER, SAME, "the text joins the run"),
        (Move.RELEASE, State.OVERDUE, SAME, "the queue was away"),
        (Move.STOP, State.IDLE, NEW, "the run ends between two invocations"),
        (Move.TIME, State.OVERDUE, SAME, "the successor has not come"),
    ),
    State.OVERDUE: (
        (Move.RESUME, State.RUNNING, SAME, "the successor comes late and goes on"),
        (Move.STOP, State.IDLE, NEW, "the run ends"),
        (Move.ADMIT, State.RUNNING, NEW, "the text's invocation takes over"),
        (Move.WAKE_UP, State.RUNNING, NEW, "the called invocation takes over"),
    ),
}

RULES = tuple(
    Rule(state=state, move=move, becomes=becomes, new_fence=new_fence, meaning=meaning)
    for state, rows in _TABLE.items()
    for move, becomes, new_fence, meaning in rows
)


def rule_for(state: State, move: Move) -> Rule | None:
    """What the move means in the state; None if it changes nothing."""
    return next((rule for rule in RULES if (rule.state, rule.move) == (state, move)), None)
