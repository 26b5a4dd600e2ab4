"""Models of minds: each with its own provider, model and settings, over shared connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from brain.chat.choice import ModelChoice
from brain.cloud.model.chat import ChatSettings
from brain.errors import ModelUnavailable, SettingMissing
from brain.run.ports import Prompt
from brain.wiring.adapters import Adapters
from tests.contracts.model.chat_stage import (
    KEY,
    Wire,
    asking,
    delta,
    http,
    sse,
    wire,
)

SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Good day."}
PLAIN = Prompt(messages=[SYSTEM, USER], tools=[])
ANSWER = sse(delta(content="Yes."), delta(finish_reason="stop"), "data: [DONE]")
SET = ModelChoice(model="m", temperature=0.7, max_tokens=400, stop=("###", "END"), seed=12)


@asynccontextmanager
async def adapters(**env: str) -> AsyncIterator[Adapters]:
    made = Adapters(env)
    try:
        yield made
    finally:
        await made.aclose()


async def body_of(given: ChatSettings | None = None, **settings: Any) -> dict[str, Any]:
    """The body of a request with these settings."""
    async with wire(ANSWER) as raw, asking(raw.url, **settings) as model:
        await model.answer(PLAIN, limit_s=20)
    return raw.requests[0]


async def test_each_choice_is_asked_at_its_own_provider_with_its_own_model() -> None:
    async with wire(*[ANSWER] * 3) as openai, wire(*[ANSWER] * 2) as router:
        env = {
            "OPENAI_BASE_URL": openai.url,
            "OPENROUTER_BASE_URL": router.url,
            "BRAIN_MODEL": "own",
        }
        async with adapters(**env, OPENAI_API_KEY="key-o", OPENROUTER_API_KEY="key-r") as made:
            for choice in (
                ModelChoice(),
                ModelChoice(provider="openai", model="pro"),
                ModelChoice(provider="openrouter", model="con"),
                ModelChoice(provider="openrouter"),
                ModelChoice(model="other"),
            ):
                await made.model_of(choice).answer(PLAIN, limit_s=20)
    assert [request["model"] for request in openai.requests] == ["own", "pro", "other"]
    assert [request["model"] for request in router.requests] == ["con", "openai/gpt-6-luna"]


async def test_each_provider_gets_its_own_key_only() -> None:
    async with wire(ANSWER) as openai, wire(ANSWER) as router:
        env = {"OPENAI_BASE_URL": openai.url, "OPENROUTER_BASE_URL": router.url}
        async with adapters(**env, OPENAI_API_KEY="key-o", OPENROUTER_API_KEY="key-r") as made:
            await made.model_of(ModelChoice(provider="openai")).answer(PLAIN, limit_s=20)
            await made.model_of(ModelChoice(provider="openrouter")).answer(PLAIN, limit_s=20)
    assert "authorization: bearer key-o" in openai.heads[0]
    assert "authorization: bearer key-r" in router.heads[0]


async def test_a_provider_without_a_key_is_refused() -> None:
    async with adapters(OPENAI_API_KEY="key") as made:
        with pytest.raises(SettingMissing, match="OPENROUTER_API_KEY"):
            made.model_of(ModelChoice(provider="openrouter"))


async def test_one_choice_has_one_model_and_the_owner_has_their_own() -> None:
    async with adapters(OPENAI_API_KEY="key") as made:
        first = made.model_of(ModelChoice(model="m", stop=("a",)))
        assert made.model_of(ModelChoice(model="m", stop=("a",))) is first
        assert made.model_of(ModelChoice(model="m")) is not first
        assert made.model is made.model
        assert made.model_of(ModelChoice()) is not made.model


async def test_many_choices_do_not_fill_the_memory() -> None:
    async with adapters(OPENAI_API_KEY="key") as made:
        for seed in range(1_000):
            made.model_of(ModelChoice(model=f"m{seed}", seed=seed))
        kept = vars(made.models)
        assert [len(kept[name]) for name in ("_models", "_known", "_clients")] == [200, 200, 1]


async def test_what_is_set_is_sent() -> None:
    body = await body_of(choice=SET)
    assert body["temperature"] == 0.7
    assert body["max_tokens"] == 400
    assert body["stop"] == ["###", "END"]
    assert body["seed"] == 12
    assert body["stream"] is True


async def test_what_is_not_set_is_not_sent() -> None:
    names = {"temperature", "max_tokens", "max_completion_tokens", "stop", "seed"}
    assert not names & (await body_of()).keys()
    assert not names & (await body_of(choice=ModelChoice(model="m"))).keys()


def test_openai_itself_gets_the_length_under_its_newer_name() -> None:
    fields = ChatSettings(provider="openai", api_key=KEY, model="m", choice=SET).optional_fields
    assert (fields["max_completion_tokens"], "max_tokens" in fields) == (400, False)


def refusal(words: str) -> bytes:
    return http(
        f'{{"error": {{"message": "{words}"}}}}', status="400 Bad Request", kind="application/json"
    )


@pytest.mark.parametrize(
    ("words", "left", "sent"),
    [
        ("Unsupported value: 'temperature' does not support 0.7", "temperature", None),
        ("Unsupported parameter: 'stop' is not supported with this model.", "stop", None),
        ("extra fields not permitted: seed", "seed", None),
        (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens'.",
            "max_tokens",
            "max_completion_tokens",
        ),
    ],
)
async def test_a_field_that_the_model_rejects_is_left_out_or_renamed(
    words: str, left: str, sent: str | None
) -> None:
    async with wire(refusal(words), ANSWER) as raw, asking(raw.url, choice=SET) as model:
        answer = await model.answer(PLAIN, limit_s=20)
    assert answer.text == "Yes."
    before, after = raw.requests
    assert before.keys() - after.keys() == {left}
    assert after.keys() - before.keys() == ({sent} if sent else set())


async def test_a_request_that_is_too_long_keeps_the_length_of_its_answer() -> None:
    words = "max_tokens is too large: maximum context length is 8192 tokens, requested 9000 tokens"
    talk = [SYSTEM, USER, {"role": "assistant", "content": "Good day to you."}, USER]
    long = Prompt(messages=talk, tools=[], shorter=lambda _: PLAIN)
    async with wire(refusal(words), ANSWER) as raw, asking(raw.url, choice=SET) as model:
        await model.answer(long, limit_s=20)
    assert [request["max_tokens"] for request in raw.requests] == [400, 400]


class Held(Wire):
    """A server that answers when it is let go, and knows how many requests wait."""

    def __init__(self) -> None:
        super().__init__(answers=[])
        self.most = 0
        self.waiting = 0
        self.go = asyncio.Event()
        self.arrived = asyncio.Condition()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        async with self.arrived:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            self.arrived.notify_all()
        await self.go.wait()
        self.waiting -= 1
        writer.write(ANSWER)
        await writer.drain()


@asynccontextmanager
async def held(at_once: int) -> AsyncIterator[tuple[Adapters, Held]]:
    raw = Held()
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    given = {"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": url, "BRAIN_MODEL_AT_ONCE": str(at_once)}
    async with server, adapters(**given) as made:
        yield made, raw


async def test_minds_take_turns_and_the_owners_brain_waits_for_none_of_them() -> None:
    async with held(2) as (made, raw), asyncio.TaskGroup() as group:
        for seed in range(5):
            group.create_task(made.model_of(ModelChoice(seed=seed)).answer(PLAIN, limit_s=20))
        async with raw.arrived:
            await raw.arrived.wait_for(lambda: raw.waiting == 2)
        group.create_task(made.model.answer(PLAIN, limit_s=20))
        async with raw.arrived:
            await raw.arrived.wait_for(lambda: raw.waiting == 3)
        raw.go.set()
    assert raw.most == 3


async def test_who_waits_too_long_for_a_turn_is_told_and_takes_none_away() -> None:
    async with held(1) as (made, raw), asyncio.TaskGroup() as group:
        model = made.model_of(ModelChoice())
        first = group.create_task(model.answer(PLAIN, limit_s=20))
        async with raw.arrived:
            await raw.arrived.wait_for(lambda: raw.waiting == 1)
        with pytest.raises(ModelUnavailable):
            await model.answer(PLAIN, limit_s=0.05)
        raw.go.set()
        assert (await first).text == "Yes."
        assert (await model.answer(PLAIN, limit_s=20)).text == "Yes."
