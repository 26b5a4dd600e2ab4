"""The chat model against odd servers, byte for byte: what proxies, gateways and half-compatible
servers do.
"""

import gzip
import json

import pytest

from brain.cloud.http import trusted
from brain.cloud.model.sse import MAX_DOCUMENT_CHARS
from brain.errors import ModelRefused, ModelUnavailable
from brain.run.ports import Prompt
from tests.contracts.model.chat_stage import KEY, PROMPT, asking, delta, http, part, sse, told, wire

ONE = sse(delta(content="one"), delta("stop"), "data: [DONE]")
JSON = "application/json"
FAR_ZONE = "text/html\r\nretry-after: Fri, 31 Dec 2026 23:59:59 +99999999999999999999"
BROKEN_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"


def error(code: str | int, message: str = "the user's words") -> dict[str, object]:
    return {"error": {"message": message, "type": "error", "code": code}}


async def test_the_key_is_sent_as_a_bearer_token() -> None:
    async with wire(ONE, ONE) as server, asking(server.url) as model:
        await model.answer(PROMPT, limit_s=20)
        assert f"authorization: bearer {KEY}" in server.heads[0]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(b"", id="reset before the first byte"),
        pytest.param(http("<html>", status="502 Bad Gateway", kind="text/html"), id="HTML 502"),
        pytest.param(http("<html>maintenance</html>", kind="text/html"), id="HTML 200"),
        pytest.param(http("<html>", status="429 Too Many", kind=FAR_ZONE), id="a zone of no size"),
        *(
            pytest.param(http("é", status="500", kind=f"text/plain; charset={name}"), id=name)
            for name in ("undefined", "idna", "punycode", "zlib", "unheard-of")
        ),
        pytest.param(http("{", kind=JSON), id="half a JSON"),
        pytest.param(http("null", kind=JSON), id="null"),
        pytest.param(http(" " * MAX_DOCUMENT_CHARS + "null", kind=JSON), id="a JSON without end"),
        pytest.param(http(json.dumps(error(502)), kind=JSON), id="JSON error, 200"),
        pytest.param(http(json.dumps(error("rate_limit_exceeded")), kind=JSON), id="rate limit"),
        pytest.param(sse(error(429)), id="error as first event"),
        pytest.param(sse({"choices": None, **error("server_error")}), id="choices None"),
        pytest.param(sse("data: {oops"), id="an event that is not JSON"),
        pytest.param(sse("data: null", "data: 7"), id="events that are no objects"),
        pytest.param(sse(": keep-alive"), id="nothing but comments"),
        pytest.param(sse("data: [DONE]"), id="nothing but the end"),
        pytest.param(sse(delta(role="assistant", content="")), id="an end before the first token"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\ndata: ", id="broken body"),
        pytest.param(BROKEN_JSON, id="broken JSON body"),
    ],
)
async def test_a_failure_before_the_first_token_is_retried(trouble: bytes) -> None:
    heard, listen = told()
    async with wire(trouble, ONE) as server, asking(server.url) as model:
        answer = await model.answer(PROMPT, limit_s=20, on_delta=listen)
    assert answer.text == "one"
    assert heard == [("content", "one")]


async def test_a_body_that_comes_faster_than_it_is_read_ends_with_its_limit() -> None:
    packed = gzip.compress(b":\n" * 6_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
    async with wire(head.encode() + packed) as server, asking(server.url) as model:
        with pytest.raises(ModelUnavailable, match="no answer in time"):
            await model.answer(PROMPT, limit_s=0.5)


async def test_an_unreachable_server_is_unavailable() -> None:
    async with wire() as gone:
        url = gone.url
    async with asking(url) as model:
        with pytest.raises(ModelUnavailable, match="ConnectError"):
            await model.answer(PROMPT, limit_s=20)


async def test_certificates_that_cannot_be_read_are_a_failed_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    trusted.cache_clear()
    async with asking("https://127.0.0.1:1") as model:
        with pytest.raises(ModelUnavailable, match="ConnectError"):
            await model.answer(PROMPT, limit_s=20)


@pytest.mark.parametrize("code", ["invalid_api_key", "model_not_found", 401])
async def test_a_refusal_instead_of_an_answer_is_a_refusal(code: str | int) -> None:
    async with wire(sse(error(code))) as server, asking(server.url) as model:
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert "words" not in str(caught.value)


async def test_an_exhausted_quota_is_not_retried() -> None:
    spent = http(json.dumps(error("insufficient_quota")), status="429 Too Many", kind=JSON)
    async with wire(spent) as server, asking(server.url) as model:
        with pytest.raises(ModelRefused, match="402 insufficient_quota"):
            await model.answer(PROMPT, limit_s=20)


async def test_an_error_after_the_first_token_is_retried() -> None:
    broken = sse(delta(content="The bulbs"), error(502))
    async with wire(broken, ONE) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"


@pytest.mark.parametrize("field", ["reasoning_effort", "stream_options"])
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
async def test_a_rejected_field_is_omitted_from_then_on(field: str, status: str) -> None:
    complaint = error("bad_request", f"Unknown parameter: '{field}'.")
    refusal = http(json.dumps(complaint), status=status, kind=JSON)
    async with (
        wire(refusal, ONE, ONE) as server,
        asking(server.url, reasoning_effort="none") as model,
    ):
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert [field in request for request in server.requests] == [True, False, False]


async def test_both_fields_may_be_rejected_one_by_one() -> None:
    refusals = [
        http(json.dumps(error(400, f"{field}: Extra inputs")), status="400 Bad", kind=JSON)
        for field in ("stream_options", "reasoning_effort")
    ]
    async with (
        wire(*refusals, ONE) as server,
        asking(server.url, reasoning_effort="none") as model,
    ):
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert not {"stream_options", "reasoning_effort"} & server.requests[-1].keys()


async def test_a_request_that_stays_wrong_without_the_field_is_refused() -> None:
    complaint = error("bad_request", "stream_options")
    refusal = http(json.dumps(complaint), status="400 Bad Request", kind=JSON)
    async with wire(refusal, refusal) as server, asking(server.url) as model:
        with pytest.raises(ModelRefused):
            await model.answer(PROMPT, limit_s=20)
    assert server.answers == []


async def test_comments_between_the_events_are_ignored() -> None:
    stream = sse(
        ": PROCESSING", delta(content="The "), ": PROCESSING", delta("stop", content="end")
    )
    async with wire(stream) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).text == "The end"


async def test_fragments_of_two_calls_are_distinguished() -> None:
    stream = sse(
        part(0, id="a", name="find", arguments=""),
        part(1, id="b", name="say", arguments=""),
        part(0, arguments='{"x":'),
        part(1, arguments='{"y":'),
        part(0, arguments="1}"),
        part(1, arguments="2}"),
        delta("tool_calls"),
    )
    async with wire(stream) as server, asking(server.url) as model:
        answer = await model.answer(PROMPT, limit_s=20)
    assert [(c.id, c.name, c.arguments) for c in answer.calls] == [
        ("a", "find", '{"x":1}'),
        ("b", "say", '{"y":2}'),
    ]


async def test_calls_without_ids_get_ids_that_the_transcript_does_not_have() -> None:
    function = {"name": "find", "arguments": "{}"}
    call = {"id": "callcall1", "type": "function", "function": function}
    earlier = {"role": "assistant", "content": None, "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "callcall1", "content": "Found."}
    prompt = Prompt(messages=[*PROMPT.messages, earlier, result], tools=PROMPT.tools)
    stream = sse(
        part(0, name="find", arguments="{}"),
        part(1, id="callcall1", name="find", arguments="{}"),
        delta("tool_calls"),
    )
    async with wire(stream, stream) as server, asking(server.url) as model:
        first = await model.answer(prompt, limit_s=20)
        again = await model.answer(prompt, limit_s=20)
    ids = {call.id for call in first.calls}
    assert len(ids) == 2
    assert "callcall1" not in ids
    assert first == again


async def test_a_server_that_does_not_stream_is_understood() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    message = {"role": "assistant", "content": "I look.", "tool_calls": [call]}
    body = {
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": {"total_tokens": 9},
    }
    async with wire(http(json.dumps(body), kind=JSON)) as server, asking(server.url) as model:
        answer = await model.answer(PROMPT, limit_s=20)
    assert (answer.text, answer.tokens) == ("I look.", 9)
    assert [call.name for call in answer.calls] == ["find"]
