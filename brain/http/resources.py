"""What the routes of the user's own things have in common."""

from starlette.requests import Request

from brain.http.edge import Answer, Problem, whole_number

LISTED = 50  # of a list unless asked otherwise
MOST_LISTED = 100
NO_DATABASE = "This deployment has no database, and so no {}."


def there[T](port: T | None, things: str) -> T:
    """The port. Raises Problem 404 where the deployment has none."""
    if port is None:
        raise Problem(404, NO_DATABASE.format(things))
    return port


def known[T](thing: T | None, name: str) -> T:
    """The thing. Raises Problem 404 where the user has none of that id."""
    if thing is None:
        raise Problem(404, f"You have no {name} of this id.")
    return thing


def deleted(id: str, name: str, *, was_there: bool) -> Answer:
    """The answer to a deletion. Raises Problem 404."""
    return Answer({"deleted": known(id if was_there else None, name)})


def id_of(request: Request) -> str:
    """The id in the query. Raises Problem 422."""
    id = request.query_params.get("id")
    if not id:
        fault = {"field": "id", "message": "is missing"}
        raise Problem(422, "The query is not right.", errors=[fault])
    return id


def query_of(request: Request) -> str:
    """The words to look for; empty for none."""
    return request.query_params.get("query", "").strip()


def limit_of(request: Request) -> int:
    """How many to list. Raises Problem 422."""
    return whole_number(request, "limit", default=LISTED, low=1, high=MOST_LISTED)
