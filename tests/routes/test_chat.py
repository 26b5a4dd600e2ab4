"""POST /v1/chat/completions over HTTP, with the local services."""

import pytest

from tests.routes.chat_stage import Platform, assistant, says, steps
from tests.routes.stage import Deployment, User

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.fixture
def platform(deployment: Deployment, user: User) -> Platform:
    return Platform(deployment=deployment, user=user, http=deployment.http)


async def test_an_answer_comes_sentence_by_sentence(platform: Platform) -> None:
    await platform.script("costs", says("It costs **$3.50**. See [it](https://a.example/b.c)."))
    stream = await platform.ask("What it costs")
    assert stream.contents == ["It costs $3.50. ", "See it. "]
    assert stream.finish == "stop"
    assert stream.chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {chunk["id"] for chunk in stream.chunks} == {stream.chunks[0]["id"]}
    assert stream.response.headers["cache-control"] == "no-store"
    [said, answer] = await platform.log()
    assert stream.chunks[0]["id"] == f"chatcmpl-{said['messageId']}"
    assert said["turn"] == {"call": "c-1", "index": 0}
    assert answer["answersSeq"] == said["seq"]


async def test_steps_are_content_as_well(platform: Platform) -> None:
    await platform.script("reports", steps("I am looking."), says("The second is longer."))
    stream = await platform.ask("Compare the reports")
    assert stream.contents == ["I am looking. ", "The second is longer. "]


async def test_the_same_request_gets_the_same_answer(platform: Platform) -> None:
    await platform.script("Same", steps("One."), says("Two."))
    first = await platform.ask("Same")
    again = await platform.ask("Same")
    assert again.contents == first.contents == ["One. ", "Two. "]
    assert again.chunks[0]["id"] == first.chunks[0]["id"]
    assert len(await platform.log()) == 3


async def test_the_same_words_in_a_new_turn_are_a_new_text(platform: Platform) -> None:
    await platform.script("time", says("Ten."), says("Eleven."))
    first = await platform.ask("What time is it?")
    assert first.contents == ["Ten. "]
    again = await platform.ask("What time is it?", assistant("Ten."), "What time is it?")
    assert again.contents == ["Eleven. "]
