"""Classifying refusals: what providers write, which class it is, how long to wait."""

import pytest

from brain.cloud.model.faults import error_in_answer, refused
from brain.cloud.model.waits import retry_after_s, told_wait_s
from brain.errors import FaultClass

MOMENT, BUSY, FILTERED = FaultClass.MOMENT, FaultClass.BUSY, FaultClass.FILTERED
NO_TOOLS, NO_ACCESS = FaultClass.NO_TOOLS, FaultClass.NO_ACCESS
TOO_LONG, REQUEST = FaultClass.TOO_LONG, FaultClass.REQUEST


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        *((status, MOMENT) for status in (408, 409, 425, 500, 502, 504, 524)),
        *((status, BUSY) for status in (429, 503, 529)),
        *((status, NO_ACCESS) for status in (401, 402, 403, 404)),
        *((status, REQUEST) for status in (400, 405, 422)),
        (413, TOO_LONG),
    ],
)
def test_the_class_depends_on_the_status(status: int, fault: FaultClass) -> None:
    assert refused(status, None, "Error", {}).fault is fault


WORDS = [
    (400, "", "small:1b does not support tools", NO_TOOLS),
    (400, "", '"auto" tool choice requires --enable-auto-tool-choice', NO_TOOLS),
    (404, "", "No endpoints found that support tool use.", NO_TOOLS),
    (400, "", "Function calling is not enabled for this model", NO_TOOLS),
    (500, "", "small does not support tools", NO_TOOLS),
    (400, "", "Failed to initialize samplers: failed to parse grammar", NO_TOOLS),
    (400, "", "Invalid schema for function 'find': 'anyOf' is not permitted", NO_TOOLS),
    (400, "context_length_exceeded", "maximum context length is 8192 tokens", TOO_LONG),
    (400, "exceed_context_size_error", "the request exceeds the available context size", TOO_LONG),
    (400, "", "prompt is too long: 210000 tokens > 200000 maximum", TOO_LONG),
    (400, "", "`inputs` tokens + `max_new_tokens` must be <= 4096", TOO_LONG),
    (413, "rate_limit_exceeded", "(TPM): Limit 6000, Requested 7000", TOO_LONG),
    (429, "rate_limit_exceeded", "(TPM): Limit 6000, Requested 7000", TOO_LONG),
    (429, "rate_limit_exceeded", "Limit 6000, Used 5900, Requested 400", BUSY),
    (429, "", "You exceeded your current quota. Please retry in 4s.", BUSY),
    (429, "insufficient_quota", "You exceeded your current quota", NO_ACCESS),
    (500, "", "Loading model", BUSY),
    (500, "", "The request took too long", MOMENT),
    (413, "", "Request too large", TOO_LONG),
    (400, "", "The input is too long for this model", TOO_LONG),
    (400, "", "'messages[3].role' does not support 'tool' with this model", NO_TOOLS),
    (400, "", "Unsupported value: 'messages[0].role'", REQUEST),
    (400, "content_filter", "The response was filtered", FILTERED),
    (403, "", "Your input was flagged by moderation", FILTERED),
    (400, "data_inspection_failed", "Input may contain inappropriate content", FILTERED),
    (400, "tool_use_failed", "Failed to call a function", MOMENT),
    (500, "", "Failed to parse input at pos 30", MOMENT),
    (500, "", "Jinja Exception: Conversation roles must alternate", REQUEST),
    (400, "", "The model 'x' does not exist", NO_ACCESS),
    (400, "", "I do not like this", REQUEST),
]


@pytest.mark.parametrize(("status", "code", "message", "fault"), WORDS)
def test_the_class_depends_on_the_providers_words(
    status: int, code: str, message: str, fault: FaultClass
) -> None:
    body = {"message": message, "code": code or None, "type": "error"}
    assert refused(status, body, "", {}).fault is fault
    assert refused(status, [{"error": body}], "", {}).fault is fault
    assert error_in_answer({**body, "status": status}).fault is fault


def test_what_an_error_quotes_of_the_request_does_not_count() -> None:
    detail = [{"msg": "Wrong", "input": "Does moderation of context length support tools?"}]
    assert refused(422, {"detail": detail}, "", {}).fault is REQUEST


@pytest.mark.parametrize(
    ("message", "limit", "asked"),
    [
        ("maximum context length is 8192 tokens. However, you requested 9000 tokens", 8192, 9000),
        ("'n_prompt_tokens': 9100, 'n_ctx': 8192, context size", 8192, 9100),
        ("prompt is too long: 210000 tokens > 200000 maximum", 200_000, 210_000),
        ("Request too large (TPM): Limit 6000, Requested 7000", 6000, 7000),
        ("context length exceeded", 0, 0),
    ],
)
def test_window_sizes_are_read(message: str, limit: int, asked: int) -> None:
    window = refused(413, {"message": message}, "", {}).window
    assert window is not None
    assert (window.limit, window.asked) == (limit, asked)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT",
                "date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            7.0,
        ),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:07 GMT"}, None),
    ],
)
def test_retry_after_is_parsed(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 3.5s.", 3.5),
        ("Please retry in 4.0s", 4.0),
        ("retryDelay: 4s", 4.0),
        ("try again in 7m12.5s", 432.5),
        ("try again in 250ms", 0.25),
        ("retry after 20 seconds", 20.0),
        ("retry_after: 5.5", 5.5),
        ("retry_after_ms: 1500", 1.5),
        ("estimated_time: 20.0", 20.0),
        ("try again in 1 minute", 60.0),
        ("try again later", None),
        ("", None),
    ],
)
def test_a_wait_in_words_is_parsed(words: str, seconds: float | None) -> None:
    assert told_wait_s({}, words) == seconds
    assert told_wait_s({"retry-after": "9"}, words) == 9.0


def test_the_wait_is_found_in_a_list_with_details() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "4s"}]
    body = [{"error": {"code": 429, "message": "Over the rate.", "details": details}}]
    assert refused(429, body, "", {}).wait_s == 4.0


def test_only_an_errors_status_and_code_are_kept() -> None:
    body = {"message": "Incorrect API key: sk-123", "code": "Key sk-123 is bad", "type": "auth"}
    assert refused(401, body, "Incorrect API key: sk-123", {}).reason == "status 401 auth"
    assert error_in_answer("sk-123").reason == "error in the answer: no code"


def test_deeply_nested_errors_are_no_error() -> None:
    deep: object = "x"
    for _ in range(5_000):
        deep = {"error": [deep]}
    assert refused(400, deep, "", {}).fault is REQUEST
