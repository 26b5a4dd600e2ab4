"""Shared parts of the routes for the user's resources (documents, emails, facts, rules)."""

from starlette.requests import Request

from brain.http.edge import INVALID_QUERY, Answer, Problem, whole_number

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
        raise Problem(404, f"You have no {name} with this id.")
    return thing


def deleted(id: str, name: str, *, was_there: bool) -> Answer:
    """Return the response to a deletion. Raises Problem 404 if nothing was deleted."""
    return Answer({"deleted": known(id if was_there else None, name)})


def id_of(request: Request) -> str:
    """Read `id` from the query string. Raises Problem 422 if it is missing."""
    id = request.query_params.get("id")
    if not id:
        fault = {"field": "id", "message": "is missing"}
        raise Problem(422, INVALID_QUERY, errors=[fault])
    return id


def query_of(request: Request) -> str:
    """Read the search words from the query string; empty if there are none."""
    return request.query_params.get("query", "").strip()


def limit_of(request: Request) -> int:
    """Read the number of entries to list. Raises Problem 422."""
    return whole_number(request, "limit", default=LISTED, low=1, high=MOST_LISTED)
