"""Whose log a route is about: the user's own, or that of a mind that works for the user."""

from starlette.requests import HTTPConnection

from brain.codec import clean
from brain.wiring import Wiring


async def log_of(request: HTTPConnection, wiring: Wiring, user_id: str) -> str:
    """Return the id of the log that the query names with `mind`; without it, the user's own.

    Raises Problem 404 if the user has no such mind, DatabaseUnreachable.
    """
    mind = request.query_params.get("mind")
    return user_id if mind is None else await wiring.background_minds.log_of(user_id, clean(mind))
