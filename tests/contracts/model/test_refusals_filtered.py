"""Content filters in the words of many services: the class is `filtered`, whatever the status."""

from typing import Any

import pytest

from brain.cloud.model.faults import error_in_answer, refused
from brain.codec import Json, dumps
from brain.errors import FaultClass, ModelRefused
from tests.contracts.model.chat_stage import PROMPT, asking, delta, http, sse, wire

FILTERED, NO_ACCESS = FaultClass.FILTERED, FaultClass.NO_ACCESS

OPENROUTER = {
    "code": 403,
    "message": "Your input was flagged",
    "metadata": {
        "reasons": ["sexual"],
        "flagged_input": "Is my account blocked, and what is context length?",
        "provider_name": "OpenAI",
        "model_slug": "openai/gpt-4o",
    },
}
AZURE = {
    "message": "The prompt triggered a policy. Please change it and retry.",
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
    "innererror": {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"hate": {"filtered": True, "severity": "high"}},
    },
}
UPSTREAM = {
    "message": "Provider returned error",
    "code": 400,
    "metadata": {"raw": dumps({"error": AZURE}), "provider_name": "Azure"},
}
REFUSALS: list[tuple[int, Any]] = [
    (403, OPENROUTER),
    (403, {"code": 403, "message": "Forbidden", "metadata": {"flagged_input": "a", "reasons": []}}),
    (403, {"message": "Forbidden", "metadata": {"reasons": ["violence/graphic"]}}),
    (403, "openai/gpt-4o requires moderation on OpenAI. Your input was flagged for sexual."),
    (400, UPSTREAM),
    (502, UPSTREAM),
    (400, AZURE),
    (400, {"innererror": {"code": "ResponsibleAIPolicyViolation"}, "message": "Bad request"}),
    (400, "The response was filtered due to Azure OpenAI's content management policy."),
    (400, {"code": "invalid_request_error", "message": "Content Exists Risk"}),
    (400, {"detail": "Content Exists Risk"}),
    (400, {"code": 400, "type": "content_filter", "message": "considered high risk"}),
    (400, "The request was rejected because it was considered high risk"),
    (400, {"code": "data_inspection_failed", "message": "Bad input"}),
    (400, {"code": "DataInspectionFailed", "message": "Output data may be wrong"}),
    (400, "Input data may contain inappropriate content."),
    (400, {"status": "INVALID_ARGUMENT", "message": "blocked: PROHIBITED_CONTENT"}),
    (400, {"message": "The prompt was blocked", "details": [{"blockReason": "SAFETY"}]}),
    (400, {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容"}),
    (400, {"code": "1301", "message": "?"}),
    (400, "Output blocked by content filtering policy"),
    (400, "Invalid prompt: it was flagged as potentially violating our usage policy."),
    (400, "Your request was rejected as a result of our safety system."),
    (400, {"code": "content_policy_violation", "message": "No."}),
    (400, "This request has been flagged for potentially dangerous use."),
    (403, "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"),
    (422, "input new_sensitive (1026)"),
    (400, {"code": "InputTextSensitiveContentDetected", "message": "Not possible."}),
    (400, "The request failed because the input text may contain sensitive information."),
    (451, "The content you provided or the answer is blocked: censored"),
    (400, "Violated guardrail policy"),
    (400, "The guardrail intervened."),
    (400, "输入内容审核不通过 涉嫌违规"),
]


def error_of(told: Any) -> Json:
    return told if isinstance(told, dict) else {"message": told}


@pytest.mark.parametrize(("status", "told"), REFUSALS)
def test_a_content_filter_is_recognised_by_its_words(status: int, told: Any) -> None:
    error = error_of(told)
    in_answer = {"code": status, **error}
    for failure in (
        refused(status, error, "", {}),
        refused(status, {"error": error}, "", {}),
        error_in_answer(in_answer),
    ):
        assert (failure.fault, failure.is_lasting) == (FILTERED, False)


@pytest.mark.parametrize("told", [told for _, told in REFUSALS if isinstance(told, str)])
def test_a_content_filter_is_recognised_in_a_body_that_is_not_json(told: str) -> None:
    assert refused(400, None, told, {}).fault is FILTERED


@pytest.mark.parametrize("number", ["1301", 1026, 1027])
def test_a_filters_number_counts_with_every_status(number: str | int) -> None:
    assert error_in_answer({"code": number, "message": "?"}).fault is FILTERED
    assert refused(500, {"code": str(number)}, "", {}).fault is FILTERED


@pytest.mark.parametrize(
    ("status", "words", "fault"),
    [
        (403, "Your account was flagged for fraud", NO_ACCESS),
        (403, "Your organization has been suspended: violation of our usage policies", NO_ACCESS),
        (400, "This organization has been disabled.", NO_ACCESS),
        (403, "Your request was blocked.", NO_ACCESS),
        (403, "The region is not supported", NO_ACCESS),
        (404, "No endpoints found matching your data policy", NO_ACCESS),
        (404, "No endpoints available matching your guardrail restrictions", NO_ACCESS),
        (402, "Content filter: this feature needs credit", NO_ACCESS),
        (400, "Unsupported value: 'messages[0].role'", FaultClass.REQUEST),
    ],
)
def test_a_refusal_of_the_access_or_the_form_is_not_a_filters(
    status: int, words: str, fault: FaultClass
) -> None:
    assert refused(status, {"message": words}, "", {}).fault is fault


QUOTED = "Was my input flagged by moderation?"


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Bad", "metadata": {"input": QUOTED}},
        {"message": "Bad", "metadata": {"raw": dumps({"input": QUOTED})}},
        {"message": str([{"type": "missing", "loc": ("body",), "input": {"content": QUOTED}}])},
    ],
)
def test_the_text_that_an_error_quotes_does_not_count(error: Json) -> None:
    assert refused(400, error, "", {}).fault is FaultClass.REQUEST


def json_answer(body: Json, status: str = "200 OK") -> bytes:
    return http(dumps(body), status=status, kind="application/json")


BLOCKS = [
    json_answer({"error": OPENROUTER}, "403 Forbidden"),
    json_answer({"error": {"code": "1301", "message": "?"}}),
    sse({"error": OPENROUTER, "choices": []}),
    json_answer({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
    json_answer({"choices": [], "prompt_feedback": {"block_reason": "SAFETY"}}),
    json_answer({"choices": None, "base_resp": {"status_code": 1026, "status_msg": "?"}}),
    sse({"promptFeedback": {"blockReason": "OTHER"}, "candidates": []}, "data: [DONE]"),
    *(
        sse(delta(reason, content="It"), "data: [DONE]")
        for reason in ("content_filter: PROHIBITED_CONTENT", "PROHIBITED_CONTENT", "SPII")
    ),
    *(
        sse(delta(reason), "data: [DONE]")
        for reason in ("content_filtered", "guardrail_intervened", "refusal", "IMAGE_SAFETY")
    ),
]
ONE = sse(delta(content="one"), delta("stop"), "data: [DONE]")


@pytest.mark.parametrize("answer", BLOCKS)
async def test_a_filtered_text_does_not_make_the_model_unfit_for_others(answer: bytes) -> None:
    async with (
        wire(answer, ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
        assert caught.value.fault is FILTERED
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert [request["model"] for request in server.requests] == ["m", "m"]


async def test_ratings_without_a_block_are_no_filter() -> None:
    rated = {"choices": [], "prompt_filter_results": [{"hate": {"filtered": False}}]}
    feedback = {"promptFeedback": {"safetyRatings": []}, "base_resp": {"status_code": 0}}
    parts = (rated, {**delta(content="one"), **feedback}, delta("stop"), "data: [DONE]")
    async with wire(sse(*parts)) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
