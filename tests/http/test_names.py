"""A function that serves several routes takes the name from the path as the client asked for it."""

from collections.abc import Mapping

import httpx
import pytest
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.edge import Answer, Handler
from brain.http.names import by_name, later, name_in

NAMES = {"voiceToBrain": 1, "chat/completions": 2, "models": 3}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/voiceToBrain", "voiceToBrain"),
        ("/v1/chat/completions", "chat/completions"),
        ("/api/v1/chat/completions", "chat/completions"),
        ("/v1/models", "models"),
        ("/models", "models"),
        ("/api/completions", None),
        ("/v1/models/", None),
        ("/api/oldmodels", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_end_of_the_path_is_the_name(path: str, name: str | None) -> None:
    assert name_in(path, NAMES) == name


def test_the_longest_name_that_fits_counts() -> None:
    assert name_in("/v1/chat/models", {"models": 1, "chat/models": 2}) == "chat/models"


async def named(request: Request, wiring: str) -> ASGIApp:
    return Answer({"at": request.url.path, "wiring": wiring})


async def test_a_handler_is_imported_with_the_first_request_for_it() -> None:
    routes: Mapping[str, Mapping[str, Handler[str]]] = {
        "here": {"GET": named},
        "chat/there": {"GET": later(__name__, "named")},
        "chat/nowhere": {"GET": later("no.such.module", "named")},
    }
    transport = httpx.ASGITransport(by_name(routes, "one"))
    async with httpx.AsyncClient(transport=transport, base_url="http://brain") as client:
        for path in ("/api/here", "/v1/chat/there", "/api/other"):
            assert (await client.get(path)).json() == {"at": path, "wiring": "one"}
        assert (await client.get("/v1/chat/nowhere")).status_code == 500
