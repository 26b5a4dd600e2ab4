"""Fallback models at another provider: each is asked there, with that provider's key."""

import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from brain.chat.choice import ModelChoice
from brain.cloud import meter
from brain.errors import FaultClass, ModelFault, ModelRefused, ModelUnavailable
from brain.wiring.adapters import Adapters
from tests.contracts.model.chat_stage import PROMPT, Wire, delta, http, sse, wire

ONE = sse(
    delta(content="one"),
    delta("stop"),
    {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2}},
    "data: [DONE]",
)


def refusal(status: str, code: str) -> bytes:
    error = {"message": "Wrong key sk-SECRET", "type": code, "code": code}
    return http(json.dumps({"error": error}), status=status, kind="application/json")


KEY = refusal("401 Unauthorized", "invalid_api_key")
QUOTA = refusal("429 Too Many Requests", "insufficient_quota")
NAME = refusal("404 Not Found", "model_not_found")
DOWN = refusal("400 Bad Request", "tool_use_failed")
NO_TOOLS = http('{"error": "m does not support tools"}', status="400 Bad", kind="application/json")


@dataclass(frozen=True)
class Pair:
    """Two providers, and what is asked of them."""

    openai: Wire
    router: Wire
    adapters: Adapters

    @property
    def asked(self) -> tuple[list[str], list[str]]:
        return models_at(self.openai), models_at(self.router)

    async def ask(self) -> str:
        return (await self.adapters.model.answer(PROMPT, limit_s=20)).text


def models_at(server: Wire) -> list[str]:
    return [str(request["model"]) for request in server.requests]


@asynccontextmanager
async def pair(
    first: Sequence[bytes], second: Sequence[bytes], fallbacks: str, **env: str
) -> AsyncIterator[Pair]:
    async with wire(*first) as openai, wire(*second) as router:
        made = Adapters(
            {
                "OPENAI_API_KEY": "key-o",
                "OPENAI_BASE_URL": openai.url,
                "OPENROUTER_API_KEY": "key-r",
                "OPENROUTER_BASE_URL": router.url,
                "BRAIN_MODEL": "m",
                "BRAIN_FALLBACK_MODELS": fallbacks,
                **env,
            }
        )
        try:
            yield Pair(openai, router, made)
        finally:
            await made.aclose()


@pytest.mark.parametrize("refused", [KEY, QUOTA, NAME])
async def test_after_a_refused_account_only_the_other_provider_is_asked(
    refused: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="brain")
    async with pair([refused], [ONE, ONE], "near,openrouter:far/one:free") as at:
        assert [await at.ask(), await at.ask()] == ["one", "one"]
    assert at.asked == (["m"], ["far/one:free", "far/one:free"])
    assert "authorization: bearer key-o" in at.openai.heads[0]
    assert all("authorization: bearer key-r" in head for head in at.router.heads)
    told = [one.getMessage() for one in caplog.records]
    assert [words.split(" status")[0] for words in told if "model.refused" in words] == [
        "model.refused: model=m"
    ]
    assert "SECRET" not in caplog.text


async def test_other_refusals_go_on_in_the_order_of_the_settings() -> None:
    async with pair([NO_TOOLS, ONE], [], "near,openrouter:far") as at:
        assert await at.ask() == "one"
    assert at.asked == (["m", "near"], [])


async def test_a_refused_name_leaves_other_models_of_its_provider_for_the_end() -> None:
    async with pair([NAME, ONE], [NAME], "near,openrouter:far") as at:
        assert await at.ask() == "one"
    assert at.asked == (["m", "near"], ["far"])


@pytest.mark.parametrize(
    ("first", "second", "refused", "fault"),
    [
        ([KEY], [DOWN] * 3, "modelKey", FaultClass.NO_ACCESS),
        ([QUOTA], [KEY], "modelQuota", FaultClass.NO_ACCESS),
        ([NAME, NAME], [NO_TOOLS], "modelName", FaultClass.NO_ACCESS),
    ],
)
async def test_if_nothing_answers_the_first_reason_is_told(
    first: list[bytes], second: list[bytes], refused: str, fault: FaultClass
) -> None:
    async with pair(first, second, "near,openrouter:far") as at:
        with pytest.raises(ModelRefused) as caught:
            await at.ask()
    assert (caught.value.refusal, caught.value.model) == (refused, "m")
    assert caught.value.fault is fault


async def test_the_first_reason_is_told_also_while_the_first_model_is_left_out() -> None:
    async with pair([KEY], [ONE, *[DOWN] * 3], "openrouter:far") as at:
        assert await at.ask() == "one"
        with pytest.raises(ModelRefused) as caught:
            await at.ask()
    assert (caught.value.refusal, caught.value.model) == ("modelKey", "m")
    assert at.asked[0] == ["m"]


async def test_a_refused_key_of_the_fallback_leaves_the_first_ones_reason() -> None:
    async with pair([DOWN] * 3, [KEY], "openrouter:far") as at:
        with pytest.raises(ModelUnavailable):
            await at.ask()
    assert at.asked == (["m"] * 3, ["far"])


async def test_each_provider_gets_the_fields_that_it_knows() -> None:
    env = {"OPENAI_BASE_URL": "", "BRAIN_PROVIDER": "openrouter"}
    made = Adapters(
        {
            **env,
            "OPENAI_API_KEY": "key-o",
            "OPENROUTER_API_KEY": "key-r",
            "BRAIN_FALLBACK_MODELS": "openai:gpt-6-luna,near",
        }
    )
    found = made.models.of(ModelChoice(max_tokens=9), takes_turns=False)
    fields = [(one.model, sorted(one.optional)) for one in found.candidates]
    common = ["max_tokens", "stream_options"]
    assert fields == [
        ("openai/gpt-6-luna", common),
        ("gpt-6-luna", ["max_completion_tokens", "reasoning_effort", "stream_options"]),
        ("near", common),
    ]


async def test_a_mind_uses_the_fallback_and_a_receipt_names_the_model_and_its_price() -> None:
    prices = '{"far": [1, 2]}'
    async with pair([KEY], [ONE], "openrouter:far", BRAIN_PRICES=prices) as at:
        counted = meter.new_meter()
        mind = at.adapters.model_of(ModelChoice(temperature=0.5))
        assert (await mind.answer(PROMPT, limit_s=20)).text == "one"
    assert at.router.requests[0]["temperature"] == 0.5
    [used] = counted.counts.models
    assert used.model == "far"
    assert used.usd == pytest.approx(14 / 1_000_000)


async def test_a_choice_that_names_a_model_has_no_fallback() -> None:
    async with pair([KEY], [], "openrouter:far") as at:
        with pytest.raises(ModelFault):
            await at.adapters.model_of(ModelChoice(model="own")).answer(PROMPT, limit_s=20)
    assert at.asked == (["own"], [])
