"""A search engine beside the scripted model: SearXNG's interface, with results that are made up.

It knows nothing: it names three pages of example.org for each query, so that the whole course of a
search can be tried without a network.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.model.directions import Json

PAGES = {
    "https://example.org/": "the beginning",
    "https://example.org/guide": "a guide",
    "https://example.org/prices": "prices",
}
MADE_UP = "This result is made up: the search engine on this machine knows no pages."


def search_routes() -> list[Route]:
    """Return the route of the engine."""
    return [Route("/search", search)]


async def search(request: Request) -> Response:
    """Answer as SearXNG does: 400 without a query, 403 for a format that is not allowed."""
    query = request.query_params.get("q", "").strip()
    if not query:
        return Response("No query", status_code=400)
    if request.query_params.get("format") != "json":
        return Response(status_code=403)
    return JSONResponse({"query": query, "number_of_results": 0, "results": _results(query)})


def _results(query: str) -> list[Json]:
    return [
        {
            "url": url,
            "title": f"{query}: {name}",
            "content": MADE_UP,
            "engine": "local",
            "publishedDate": None,
        }
        for url, name in PAGES.items()
    ]
