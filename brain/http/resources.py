"""Shared parts of the routes for the user's resources (documents, emails, facts, rules)."""

from collections.abc import Callable

from starlette.requests import Request

from brain.codec import Json, clean
from brain.codec.places import ListPage, ListPlace, cursor_of, place_of
from brain.http.edge import INVALID_QUERY, Answer, Problem
from brain.http.minds import unknown

LISTED = 50  # default `limit` of a list
MOST_LISTED = 100  # largest `limit` of a list
NO_DATABASE = "This deployment has no database, so it has no {}."


def there[T](port: T | None, things: str) -> T:
    """Return the port. Raises Problem 404 if the deployment has no database."""
    if port is None:
        raise Problem(404, NO_DATABASE.format(things))
    return port


def known[T](thing: T | None, name: str) -> T:
    """Return the resource. Raises Problem 404 if the user has none with that id."""
    if thing is None:
        raise unknown(name)
    return thing


def deleted(id: str, name: str, *, was_there: bool) -> Answer:
    """Return the response to a deletion. Raises Problem 404 if nothing was deleted."""
    return Answer({"deleted": known(id if was_there else None, name)})


def id_of(request: Request) -> str:
    """Read `id` from the query string. Raises Problem 422 if it is missing."""
    id = given_id(request)
    if not id:
        fault = {"field": "id", "message": "is missing"}
        raise Problem(422, INVALID_QUERY, errors=[fault])
    return id


def given_id(request: Request) -> str | None:
    """Read `id` from the query string, without characters that no store can keep; None if it is
    missing.
    """
    id = request.query_params.get("id")
    return None if id is None else clean(id)


def query_of(request: Request) -> str:
    """Read the search words from the query string; empty if there are none."""
    return clean(request.query_params.get("query", "")).strip()


def limit_of(request: Request) -> int:
    """Read the number of entries to list. Raises Problem 422."""
    return whole_number(request, "limit", default=LISTED, low=1, high=MOST_LISTED)


def after_of(request: Request) -> ListPlace | None:
    """Read `cursor` from the query string: where the page before ended. Raises Problem 422."""
    text = request.query_params.get("cursor")
    try:
        return place_of(text) if text else None
    except ValueError:
        fault = {"field": "cursor", "message": "must be the nextCursor of an answer, unchanged"}
        raise Problem(422, INVALID_QUERY, errors=[fault]) from None


def page_to_wire[T](name: str, page: ListPage[T], to_wire: Callable[[T], Json]) -> Json:
    """Encode a page of a list. `nextCursor` is null on the last one."""
    return {
        name: [to_wire(row) for row in page.rows],
        "total": page.total,
        "nextCursor": cursor_of(page.next) if page.next is not None else None,
    }


def whole_number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """Read an integer from the query string. Raises Problem 422 if it is not in low..high."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and low <= int(text[:18]) <= high and len(text) < 18:
        return int(text)
    message = f"must be a whole number from {low} to {high}"
    raise Problem(422, INVALID_QUERY, errors=[{"field": name, "message": message}])
