"""The errors of the routes for jobs, and the answers of the user's steering."""

from brain.http.edge import INVALID_BODY, Problem
from brain.http.minds import unknown
from brain.jobs.plans.parts import ThingUnknown, Unfit
from brain.jobs.ports import JobRefused

BUSY = "This job cannot start now."
ENDED = "This has ended already."
ALWAYS_ON = "Jobs of this kind cannot be paused."
OPEN = "This job is still open. Stop it first."


def problem_of(error: ThingUnknown | Unfit | JobRefused) -> Problem:
    """Return the answer to a start that was refused."""
    match error:
        case ThingUnknown():
            return unknown(str(error))
        case Unfit():
            return unfit(error.field, str(error))
        case JobRefused():
            wait = {"Retry-After": str(max(1, error.retry_after_s))}
            return Problem(429, BUSY, detail=str(error), headers=wait)


def unfit(field: str, message: str) -> Problem:
    """Return the answer to a body with a field that cannot be as it is."""
    return Problem(422, INVALID_BODY, errors=[{"field": field, "message": message}])
