"""OpenAI's own client against the brain as a chat model."""

import asyncio
import os
from types import ModuleType
from typing import Any

import openai
import pytest

from tests.contracts.platforms.running import example
from tests.voice.chat.stage import Platform, says, steps

pytestmark = pytest.mark.asyncio(loop_scope="package")

WAIT_S = 3.5  # seconds without a byte after which the client gives up


def client(platform: Platform, **more: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"{platform.deployment.url}/v1",
        api_key=platform.key,
        default_headers={"x-call-id": "c-1"},
        **more,
    )


async def test_the_example_of_the_documentation(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.script("tomorrow", says("There are three. One is late."))
    monkeypatch.setenv("BRAIN_URL", platform.deployment.url)
    monkeypatch.setenv("BRAIN_KEY", platform.key)
    module = ModuleType("example")
    exec(example("Any OpenAI client"), module.__dict__)  # the project's own documentation
    history = [{"role": "user", "content": "What is on tomorrow?"}]
    try:
        answer = await asyncio.to_thread(module.ask, "c-1", history)
    finally:
        module.client.close()
    assert answer == "There are three. One is late. "
    assert os.environ["BRAIN_URL"]


async def test_a_stream_with_usage(platform: Platform) -> None:
    await platform.script("Compare", steps("I am looking."), says("It is longer."))
    async with client(platform) as brain:
        stream = await brain.chat.completions.create(
            model="any",
            messages=[{"role": "user", "content": "Compare"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    assert {chunk.model for chunk in chunks} == {"any"}
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == (
        "I am looking. It is longer. "
    )
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens > 0


async def test_an_answer_in_one_piece_and_the_list_of_models(platform: Platform) -> None:
    await platform.script("Whole", says("Yes."))
    async with client(platform) as brain:
        assert [model.id async for model in brain.models.list()] == ["brain"]
        answer = await brain.chat.completions.create(
            model="brain", messages=[{"role": "user", "content": "Whole"}]
        )
    [choice] = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("Yes.", "stop")


async def test_a_slow_model_is_waited_for(platform: Platform) -> None:
    await platform.script("Slow", says("At last.", delay_s=2 * WAIT_S))
    async with client(platform, max_retries=0, timeout=WAIT_S) as brain:
        stream = await brain.chat.completions.create(
            model="brain", messages=[{"role": "user", "content": "Slow"}], stream=True
        )
        said = [c.choices[0].delta.content or "" async for c in stream if c.choices]
    assert "".join(said).endswith("At last. ")
    assert len(await platform.deployment.asked("Slow")) == 1


async def test_a_client_that_asks_again_gets_the_same_run(platform: Platform) -> None:
    await platform.script("Again", says("Once.", delay_s=2.0))
    async with client(platform, max_retries=3, timeout=1.2) as brain:
        answer = await brain.chat.completions.create(
            model="brain", messages=[{"role": "user", "content": "Again"}]
        )
    assert answer.choices[0].message.content == "Once."
    assert len(await platform.deployment.asked("Again")) == 1


async def test_errors_are_those_that_the_client_knows(platform: Platform) -> None:
    async with client(platform, max_retries=0) as brain:
        with pytest.raises(openai.BadRequestError) as refused:
            await brain.chat.completions.create(model="brain", messages=[])
        assert refused.value.param == "messages"
        wrong = brain.with_options(api_key="not a key that is known")
        with pytest.raises(openai.AuthenticationError) as unknown:
            await wrong.models.list()
        assert unknown.value.code == "invalid_api_key"
