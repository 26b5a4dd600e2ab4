"""What an answer costs: as the provider says, or by the prices that are set; never guessed."""

from typing import Any

import pytest

from brain import settings
from brain.chat.prices import usd_of
from brain.errors import SettingMissing
from brain.run.ports import Prompt
from tests.contracts.model.chat_stage import asking, delta, http, sse, wire

SYSTEM = {"role": "system", "content": "Be brief."}
PLAIN = Prompt(messages=[SYSTEM, {"role": "user", "content": "Good day."}], tools=[])
TOKENS = {"prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200}
PRICES = {"m": (0.5, 2.0)}
BY_PRICES = 0.0009  # of TOKENS


def told(usage: dict[str, Any], text: str = "Yes.") -> bytes:
    """An answer with its usage in the last chunk, as OpenRouter sends it."""
    last = {"choices": [], "usage": usage} if usage else ": no usage"
    end = delta(finish_reason="stop")
    return sse(delta(content=text), end, last, "data: [DONE]")


async def cost_of(*answers: bytes, **given: Any) -> float | None:
    async with wire(*answers) as raw, asking(raw.url, **given) as model:
        return (await model.answer(PLAIN, limit_s=20)).usd


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        ({**TOKENS, "cost": 0.95}, 0.95),
        ({**TOKENS, "cost": 0}, 0.0),
        ({**TOKENS, "cost": 0.05, "is_byok": False, "cost_details": {}}, 0.05),
        (
            {
                **TOKENS,
                "cost": 0.95,
                "is_byok": True,
                "cost_details": {"upstream_inference_cost": 19},
            },
            19.95,
        ),
        ({**TOKENS, "cost": 0.95, "is_byok": True}, None),
        (TOKENS, None),
        ({}, None),
        ({**TOKENS, "cost": "0.95"}, None),
        ({**TOKENS, "cost": True}, None),
        ({**TOKENS, "cost": -1}, None),
        ({**TOKENS, "cost": 1e300}, None),
        ({**TOKENS, "cost": {"total_cost": 1}}, None),
    ],
)
async def test_the_provider_says_what_an_answer_costs(
    usage: dict[str, Any], usd: float | None
) -> None:
    assert await cost_of(told(usage)) == usd


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (TOKENS, BY_PRICES),
        ({**TOKENS, "cost": 0.95}, 0.95),
        ({"total_tokens": 1_200}, None),
        ({}, None),
    ],
)
async def test_the_prices_count_where_the_provider_says_nothing(
    usage: dict[str, Any], usd: float | None
) -> None:
    assert await cost_of(told(usage), prices=PRICES) == pytest.approx(usd)


async def test_a_model_without_a_price_has_no_sum() -> None:
    assert await cost_of(told(TOKENS), prices={"other": (1.0, 1.0)}) is None


async def test_the_model_that_has_answered_is_priced() -> None:
    away = http("{}", status="401 Unauthorized", kind="application/json")
    prices = {"m": (90.0, 90.0), "other": (0.5, 2.0)}
    found = await cost_of(away, told(TOKENS), fallback_models=("other",), prices=prices)
    assert found == pytest.approx(BY_PRICES)


async def test_failed_tries_are_paid_too() -> None:
    empty = told({**TOKENS, "cost": 0.25}, "")
    assert await cost_of(empty, told({**TOKENS, "cost": 0.5})) == 0.75
    assert await cost_of(told(TOKENS, ""), told({**TOKENS, "cost": 0.5})) is None
    assert await cost_of(told(TOKENS, ""), told(TOKENS), prices=PRICES) == pytest.approx(
        2 * BY_PRICES
    )


async def test_a_refused_request_costs_nothing() -> None:
    away = http("{}", status="500 Internal Server Error", kind="application/json")
    assert await cost_of(away, told({**TOKENS, "cost": 0.5})) == 0.5


def test_prices_are_for_a_million_tokens() -> None:
    assert usd_of("m", 2_000_000, 1_000_000, PRICES) == 3.0
    assert usd_of("m", 0, 0, PRICES) == 0.0
    assert usd_of("other", 1, 1, PRICES) is None


def test_prices_are_read_from_the_settings() -> None:
    assert settings.prices({}) == {}
    given = '{"gpt-6-luna": [0.25, 2], "free/model": [0, 0]}'
    found = {"gpt-6-luna": (0.25, 2.0), "free/model": (0.0, 0.0)}
    assert settings.prices({"BRAIN_PRICES": given}) == found


@pytest.mark.parametrize(
    "text",
    [
        "cheap",
        "[1, 2]",
        '{"m": 1}',
        '{"m": [1]}',
        '{"m": [1, 2, 3, 4]}',
        '{"m": ["1", "2"]}',
        '{"m": [true, 2]}',
        '{"m": [-1, 2]}',
        '{"m": [1, NaN]}',
        '{"m": [1, 1e400]}',
        "[" * 10_000,
    ],
)
def test_malformed_prices_are_named(text: str) -> None:
    with pytest.raises(SettingMissing, match="BRAIN_PRICES"):
        settings.prices({"BRAIN_PRICES": text})
    env = {"OPENAI_API_KEY": "key", "BRAIN_PRICES": text}
    assert "BRAIN_PRICES" in settings.problems(env, {})["model"]
