"""GET and DELETE /api/facts: the facts that the user asked to remember."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.feature import Resources
from brain.http.edge import tagged
from brain.http.resources import deleted, id_of, limit_of, there, whole_number
from brain.memory.ports import Facts
from brain.memory.rules import MAX_FACTS, fact_to_wire


def fact_routes(facts: Callable[[], Facts | None]) -> Resources:
    """The routes for facts."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return a page of facts, newest first, beginning after `offset` facts."""
        kept, limit = there(facts(), "facts"), limit_of(request)
        offset = whole_number(request, "offset", default=0, low=0, high=MAX_FACTS)
        # A user has few facts, so this reads all up to the page's end, and one more to see whether
        # another page follows.
        found = await kept.facts(user_id, limit=offset + limit + 1)
        page = [fact_to_wire(fact) for fact in found[offset : offset + limit]]
        more = {"nextOffset": offset + limit} if len(found) > offset + limit else {}
        return tagged(request, {"facts": page, **more})

    async def forget(request: Request, user_id: str) -> ASGIApp:
        """Delete the fact with the given id."""
        kept, id = there(facts(), "facts"), id_of(request)
        return deleted(id, "fact", was_there=await kept.forget(user_id, id) is not None)

    return {"facts": {"GET": show, "DELETE": forget}}
