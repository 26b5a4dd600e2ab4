"""What the brain sends to a model is accepted by the servers and validators that are strictest."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from local.stack import MAX_DURATION
from tests.contracts.judges.processes import BUILDS, CHECKS, OLD, Build, llama, verdicts
from tests.contracts.judges.talks import has_words_beside_calls, recorded, shapes, shown
from tests.walks.conftest import LIMIT_S, Json, founded

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

MAX_DURATION_S = 15  # seconds; one talk is cut off by the end of its invocation
MISTRAL = (OLD, "mistral v7", "mistral v11", "mistral v13", "mistral v15")
# A server may close an idle connection at any moment, so none is used twice.
NO_REUSE = httpx.Limits(max_keepalive_connections=0)

KINDS = {
    "a text that joined after results": "Third",
    "the last loop": "last loop",
    "an approval": "the approve list",
    "a rejection": "the reject list",
    "an email": "ben@example.org",
    "a cut answer": "The first half and",
    "an interrupted answer": "It is a long story.",
    "a fact": "my boat is blue",
    "a voice conversation": "I am your agent.",
    "a tool of the front end": "It is red.",
    "a notice before the first text": "Dinner",
    "unreadable arguments": "no such tool",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def requests(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Json]]:
    """Return the requests of all talks, held on a stack of their own."""
    asked = {MAX_DURATION: str(MAX_DURATION_S)}
    async with founded(tmp_path_factory.mktemp("judged"), asked) as town:
        yield await recorded(town)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def refusals(requests: list[Json]) -> dict[str, list[str | None]]:
    return await verdicts(requests)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_talks_have_each_kind_of_request(requests: list[Json], kind: str) -> None:
    assert any(KINDS[kind] in str(request["messages"]) for request in requests)


@pytest.mark.parametrize("judge", [*MISTRAL, *CHECKS])
async def test_every_request_is_accepted(
    requests: list[Json], refusals: dict[str, list[str | None]], judge: str
) -> None:
    refused = [
        f"{reason}: {shown(request)}"
        for request, reason in zip(requests, refusals[judge], strict=True)
        if reason and not (judge == OLD and has_words_beside_calls(request))
    ]
    assert refused[:3] == []


@pytest.mark.parametrize("build", BUILDS)
async def test_llama_cpp_accepts_requests_of_every_shape(
    requests: list[Json], build: Build, tmp_path: Path
) -> None:
    refused: list[str] = []
    async with (
        llama(build, tmp_path, *CHECKS) as url,
        httpx.AsyncClient(base_url=url, timeout=LIMIT_S, limits=NO_REUSE) as http,
    ):
        for request in shapes(requests):
            answer = await http.post("/v1/chat/completions", json=request | {"max_tokens": 1})
            if answer.status_code != 200 or '"error"' in answer.text:
                refused.append(f"{answer.text[:500]}: {shown(request)}")
    assert refused[:3] == []
