"""The brain with llama.cpp's own server behind it: it answers, calls a tool, goes on, and fails."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contracts.judges.processes import BUILDS, CHECKS, llama
from tests.walks.conftest import Json, Person, Town, founded

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

TURN_S = 30.0  # seconds for a turn, even if the model never ends its answer


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=BUILDS)
async def town(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """Run a stack whose model is llama.cpp, with a template that refuses what others refuse."""
    folder = tmp_path_factory.mktemp("llama")
    async with llama(request.param, folder, *CHECKS) as url:
        asked = {"OPENAI_BASE_URL": f"{url}/v1", "BRAIN_MODEL": "tiny"}
        async with founded(folder, asked) as town:
            yield town


async def hears(person: Person, text: str) -> Json:
    return await person.answer(await person.ask(text, patience=0))


async def test_a_text_is_answered_by_a_text_and_by_the_next_one_too(person: Person) -> None:
    for _ in range(3):
        assert (await hears(person, "Just say it plain."))["text"] == "The boat is in the harbour."


async def test_a_tool_is_called_and_its_result_answered_and_the_talk_goes_on(
    person: Person,
) -> None:
    for text in ("Find the boat.", "Find it again."):
        assert (await hears(person, text))["text"] == "I found the boat."
    assert (await hears(person, "Now plain."))["text"] == "The boat is in the harbour."


async def test_an_answer_of_noise_ends_the_turn_with_words_in_time(person: Person) -> None:
    began = time.monotonic()
    answer = await hears(person, "Make noise.")
    assert time.monotonic() - began < TURN_S
    assert answer["text"].strip()
    assert answer["doneAfterThis"]
    assert (await hears(person, "And plain?"))["text"] == "The boat is in the harbour."
