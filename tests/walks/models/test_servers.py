"""Model servers as they are: what the user hears, and what the server was sent.

The cases share a stack. The server is in the test's own process.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.contracts.judges.processes import OLD, verdicts
from tests.contracts.judges.talks import has_words_beside_calls, shown
from tests.walks.conftest import Json, Person, Town, founded
from tests.walks.models import calling, odds, reading, refusing
from tests.walks.models.case import Case, Played
from tests.walks.models.wire import MODEL, SPARE, ModelServer, model_server, text

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

CASES = reading.CASES | calling.CASES | odds.CASES | refusing.CASES
FIRST_TOKEN_S = 5  # long enough for a busy machine
CASE_S = 60.0  # seconds for a case
AT_ONCE = 16  # cases; more would only wait for the machine

type Outcome = Played | Exception


@dataclass(frozen=True, slots=True)
class Player:
    """Plays one case as a person."""

    town: Town
    server: ModelServer
    gate: asyncio.Semaphore

    async def play(self, case: Case) -> Outcome:
        async with self.gate:
            return await self._play(case)

    async def all(self, cases: Mapping[str, Case]) -> dict[str, Outcome]:
        """Play most cases at once, and then those that teach the brain something about a model."""
        together = {name: case for name, case in cases.items() if not case.teaches}
        played = await asyncio.gather(*map(self.play, together.values()))
        outcomes = dict(zip(together, played, strict=True))
        for name, case in cases.items():
            if case.teaches:
                self.town.stack.functions.retire("voiceToBrain")
                outcomes[name] = await self.play(case)
        return outcomes

    async def _play(self, case: Case) -> Outcome:
        person, played = self.town.person(), Played()
        talk = self.server.expect(person.word, case.replies)
        try:
            async with asyncio.timeout(CASE_S):
                await self._talk(case, person, played)
        except (TimeoutError, AssertionError, httpx.HTTPError) as error:
            error.add_note(f"asked: {[request['model'] for request in talk.requests]}")
            return error
        played.requests, played.times = talk.requests, talk.times
        return played

    async def _talk(self, case: Case, person: Person, played: Played) -> None:
        for said in case.texts:
            played.heard.append(await self._hears(person, f"{person.word} {said}", played))
        if case.approves:
            order = {"type": "approve", "questionId": played.heard[-1]["id"], "patience": 0}
            answer = await person.post("/api/control", order, timeout=CASE_S)
            assert answer.status_code == 200, answer.text
            played.heard[-1] = await person.answer(answer.json())
        played.log += [entry for entry in await person.log() if entry["role"] == "brain"]

    async def _hears(self, person: Person, said: str, played: Played) -> Json:
        """Say something over a stream; returns the last message about it."""
        name, outcome = "", {}
        async with self.town.http.stream(
            "POST",
            "/api/voiceToBrain",
            json={"text": said},
            headers={"Authorization": f"Bearer {person.token()}", "Accept": "text/event-stream"},
            timeout=CASE_S,
        ) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    outcome = json.loads(line.removeprefix("data: "))
                    played.streamed += outcome["text"] if name == "content" else ""
        assert name == "done", outcome
        return await person.answer(outcome)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def outcomes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Outcome]]:
    """Play all cases."""
    async with model_server() as server:
        asked = {
            "OPENAI_BASE_URL": f"{server.url}/v1",
            "BRAIN_MODEL": MODEL,
            "BRAIN_FALLBACK_MODELS": SPARE,
            "BRAIN_FIRST_TOKEN_S": str(FIRST_TOKEN_S),
        }
        async with founded(tmp_path_factory.mktemp("servers"), asked) as town:
            player = Player(town, server, asyncio.Semaphore(AT_ONCE))
            await player.play(Case(replies=(text("Ready."),)))  # a cold function serves few
            yield await player.all(CASES)


@pytest.mark.parametrize("name", CASES)
async def test_server(outcomes: dict[str, Outcome], name: str) -> None:
    case, played = CASES[name], outcomes[name]
    if isinstance(played, Exception):
        raise played
    texts = [message["text"] for message in played.heard]
    assert [None if w is None else t for w, t in zip(case.hears, texts, strict=True)] == [
        *case.hears
    ]
    if case.requests is not None:
        allowed = case.requests if isinstance(case.requests, range) else [case.requests]
        assert len(played.requests) in allowed, played.models
    assert case.right(played), (played.models, texts)


async def test_every_request_is_one_that_strict_servers_accept(
    outcomes: dict[str, Outcome],
) -> None:
    played = [each for each in outcomes.values() if isinstance(each, Played)]
    requests = [without_own_fields(request) for each in played for request in each.requests]
    found = await verdicts(requests)
    refused = [
        f"{judge}: {reason}: {shown(request)}"
        for judge, reasons in found.items()
        for request, reason in zip(requests, reasons, strict=True)
        if reason and not (judge == OLD and has_words_beside_calls(request))
    ]
    assert refused[:3] == []


def without_own_fields(request: Json) -> Json:
    """Return the request without the fields that go back only to the model that sent them."""
    messages = [
        {name: value for name, value in message.items() if not name.startswith("reasoning")}
        for message in request["messages"]
    ]
    return {**request, "messages": messages}
