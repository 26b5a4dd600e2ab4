"""Refusals that will not go away: which part of the account they are about."""

import json
import logging

import pytest

from brain.cloud.model.faults import error_in_answer, refused
from brain.cloud.model.signs import Lack
from brain.errors import FaultClass, ModelRefused
from tests.contracts.model.chat_stage import PROMPT, asking, http, wire

KEY, QUOTA, NAME, NONE = "modelKey", "modelQuota", "modelName", ""

TOLD = [
    # OpenAI
    (401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided: sk-***.", KEY),
    (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota.", QUOTA),
    (429, None, "insufficient_quota", "You exceeded your current quota.", QUOTA),
    (429, "429", "insufficient_quota", "You exceeded your current quota.", QUOTA),
    (429, "billing_hard_limit_reached", "invalid_request_error", "Limit reached.", QUOTA),
    (429, "billing_not_active", "billing_not_active", "Your account is not active.", QUOTA),
    (404, "model_not_found", "invalid_request_error", "The model `x` does not exist.", NAME),
    (403, "model_not_found", "invalid_request_error", "Project has no access to model x.", NAME),
    (429, "rate_limit_exceeded", "requests", "Rate limit reached for requests.", NONE),
    # Anthropic, Gemini, xAI, DeepSeek, Moonshot, OpenRouter, Azure, Ollama
    (401, None, "authentication_error", "invalid x-api-key", KEY),
    (400, None, "invalid_request_error", "Your credit balance is too low to use the API.", QUOTA),
    (404, None, "not_found_error", "model: claude-x", NAME),
    (400, "400", "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", KEY),
    (429, "429", "RESOURCE_EXHAUSTED", "You exceeded your current quota, check billing.", NONE),
    (403, None, None, "Your team has used all available credits.", QUOTA),
    (402, None, "unknown_error", "Insufficient Balance", QUOTA),
    (429, None, "exceeded_current_quota_error", "Your account is suspended.", QUOTA),
    (400, "400", None, "acme/x is not a valid model ID", NAME),
    (402, "402", None, "This request requires more credits.", QUOTA),
    (404, "DeploymentNotFound", None, "The API deployment for this resource does not exist.", NAME),
    (404, None, "api_error", 'model "x" not found, try pulling it first', NAME),
    # OpenRouter, OpenAI, Groq, Zhipu, Alibaba, LiteLLM
    (403, "403", None, "Key limit exceeded (total limit).", QUOTA),
    (403, None, "invalid_request_error", "Missing scopes: model.request", KEY),
    (400, "model_decommissioned", None, "The model `x` has been decommissioned.", NAME),
    (429, "1113", None, "Insufficient balance or no resource package. Please recharge.", QUOTA),
    (400, "Arrearage", "Arrearage", "Access denied, the account is not in good standing.", QUOTA),
    (400, "400", "budget_exceeded", "Budget has been exceeded! Max budget: 0.5", QUOTA),
    # Not about the account, or not known
    (400, None, None, "This model's 'stop' is no longer supported", NONE),
    (403, None, None, "The region is not supported", NONE),
    (404, None, None, "404 page not found", NONE),
    (400, None, None, "Unsupported value: 'temperature'", NONE),
    (500, None, None, "billing is down", NONE),
    (503, None, None, "The model is overloaded", NONE),
]


@pytest.mark.parametrize(("status", "code", "type", "message", "lacks"), TOLD)
def test_a_refusal_says_what_the_account_lacks(
    status: int, code: str | None, type: str | None, message: str, lacks: Lack
) -> None:
    error = {"message": message, "code": code, "type": type}
    for body in ({"error": error}, [{"error": error}]):
        failure = refused(status, body, "", {})
        assert failure.lacks == lacks
        assert not lacks or failure.fault is FaultClass.NO_ACCESS
        assert not (lacks and failure.is_retryable)


@pytest.mark.parametrize(
    ("code", "lacks"),
    [("invalid_api_key", KEY), ("insufficient_quota", QUOTA), ("model_not_found", NAME)],
)
def test_an_error_in_an_answer_says_it_too(code: str, lacks: Lack) -> None:
    assert error_in_answer({"error": {"code": code, "message": "No"}}).lacks == lacks


def answer(status: str, code: str) -> bytes:
    error = {"message": "Wrong key sk-SECRET", "type": code, "code": code}
    return http(json.dumps({"error": error}), status=status, kind="application/json")


@pytest.mark.parametrize(
    ("status", "code", "lacks", "asked"),
    [
        ("401 Unauthorized", "invalid_api_key", KEY, ["m", "b"]),
        ("429 Too Many Requests", "insufficient_quota", QUOTA, ["m", "b"]),
        ("404 Not Found", "model_not_found", NAME, ["m", "b", "c"]),
    ],
)
async def test_a_refusal_is_not_retried_and_logged_without_the_providers_words(
    status: str, code: str, lacks: str, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="brain")
    async with (
        wire(*[answer(status, code)] * 9) as server,
        asking(server.url, fallback_models=("b", "c")) as model,
    ):
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert (caught.value.refusal, caught.value.model) == (lacks, "m")
    assert [request["model"] for request in server.requests] == asked
    events = [one for one in caplog.records if one.getMessage().startswith("model.refused: ")]
    meant = "402" if lacks == QUOTA else status[:3]
    assert events[0].getMessage() == f"model.refused: model=m status={meant} code={code}"
    assert {one.levelname for one in events} == {"ERROR"}
    assert "SECRET" not in caplog.text
