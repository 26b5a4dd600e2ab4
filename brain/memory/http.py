"""GET and DELETE /api/facts: the facts that the user asked to remember; the search of the log."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec.places import ListPlace, page_of_all
from brain.feature import ResourceHandler, Resources
from brain.http.edge import tagged
from brain.http.resources import (
    after_of,
    deleted,
    id_of,
    limit_of,
    page_to_wire,
    query_of,
    there,
    whole_number,
)
from brain.memory.model import Fact
from brain.memory.ports import Facts
from brain.memory.rules import MAX_FACTS, fact_to_wire, found_to_wire
from brain.memory.whole_log import WholeLog


def log_search(log: Callable[[], WholeLog | None]) -> ResourceHandler:
    """Return the search of /api/messages?query=."""

    async def search(request: Request, user_id: str) -> ASGIApp:
        """Return a page of the entries with all words of the query, newest first."""
        page = await there(log(), "search").find(
            user_id, query=query_of(request), limit=limit_of(request), after=after_of(request)
        )
        return tagged(request, page_to_wire("found", page, found_to_wire))

    return search


def fact_routes(facts: Callable[[], Facts | None]) -> Resources:
    """The routes for facts."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return a page of facts, newest first. Older clients have `offset` instead of `cursor`."""
        kept, limit, after = there(facts(), "facts"), limit_of(request), after_of(request)
        offset = whole_number(request, "offset", default=0, low=0, high=MAX_FACTS)
        every = await kept.facts(user_id, limit=MAX_FACTS)  # a user has few
        if offset and every:
            after = _place(every[min(offset, len(every)) - 1])
        page = page_of_all(every, _place, limit=limit, after=after, newest_first=True)
        more = {"nextOffset": offset + limit} if page.next is not None else {}
        return tagged(request, {**page_to_wire("facts", page, fact_to_wire), **more})

    async def forget(request: Request, user_id: str) -> ASGIApp:
        """Delete the fact with the given id."""
        kept, id = there(facts(), "facts"), id_of(request)
        return deleted(id, "fact", was_there=await kept.forget(user_id, id) is not None)

    return {"facts": {"GET": show, "DELETE": forget}}


def _place(fact: Fact) -> ListPlace:
    return ListPlace(at=fact.at, id=fact.id)
