"""What the routes need to know of agents that work for a user in the background, called minds."""

from typing import TYPE_CHECKING, Protocol

from brain.codec import Json
from brain.http.edge import Problem
from brain.run.requests import UserRequest

if TYPE_CHECKING:
    from brain.http.bodies import MindCallBody
    from brain.run.moves import WakeCall
    from brain.run.turn import Invocation

NAMED = "mind"  # names a mind in queries, bodies and frames


class Minds(Protocol):
    """The agents that work for a user in the background; each has a log of its own.

    All raise DatabaseUnreachable, and Problem for what the caller may not do.
    """

    async def log_of(self, user_id: str, mind_id: str) -> str:
        """Return the id that stands for a user id in the state store, for a mind of this user.

        Raises Problem 404 for any other id.
        """

    async def say(self, request: UserRequest, *, mind: str | None, job: str | None) -> Json:
        """Say a text to one mind, or to all minds of a job that still work. Return the response.

        Raises Problem 404, and 409 once they have ended.
        """

    async def stop(self, user_id: str, job: str, mind: int | None) -> Json:
        """Stop a job, or one mind of it. Return the response. Raises Problem 404."""


class NoMinds:
    """A brain that works alone."""

    async def log_of(self, user_id: str, mind_id: str) -> str:
        raise unknown("mind")

    async def say(self, request: UserRequest, *, mind: str | None, job: str | None) -> Json:
        raise unknown("mind")

    async def stop(self, user_id: str, job: str, mind: int | None) -> Json:
        raise unknown("mind")


def unknown(name: str) -> Problem:
    """Return the error for an id that this user has no thing with: somebody else's, or nobody's."""
    return Problem(404, f"You have no {name} with this id.")


def mind_in(mind: str | None) -> Json:
    """Return the field that names a mind; nothing for the user's own brain."""
    return {} if mind is None else {NAMED: mind}


class CallTaker(Protocol):
    """Takes the queue's calls for minds: agents with ids of their own, which work for a user.

    Both methods raise Unreachable: then the queue must call again.
    """

    async def take(self, body: "MindCallBody", invocation: "Invocation") -> None:
        """Take a call for a mind or its job, from its owner."""

    async def wake(self, wake_call: "WakeCall", invocation: "Invocation") -> None:
        """Continue the run of a mind."""

    async def take_again(self, body: "MindCallBody", *, delay_s: float, after: str) -> None:
        """Put the call on the queue once more, after the message with the id `after`."""
