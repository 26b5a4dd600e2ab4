"""The chat model and servers that refuse: which model is asked next, with what, and when."""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from brain.cloud.model.wire import Waits
from brain.codec import Json, dumps
from brain.errors import FaultClass, ModelCut, ModelFault, ModelRefused, ModelUnavailable
from brain.run.ports import Prompt
from tests.contracts.model.chat_stage import (
    PROMPT,
    PendingNotices,
    asking,
    delta,
    http,
    part,
    sse,
    wire,
)

ONE = sse(delta(content="one"), delta("stop"), "data: [DONE]")
JSON = "application/json"
NO_TOOLS = "small:1b does not support tools"


def refusal(message: str, status: str = "400 Bad Request", **more: Any) -> bytes:
    error = {"message": message, "type": "error", **more}
    return http(json.dumps({"error": error}), status=status, kind=JSON)


def models_of(requests: Sequence[Json]) -> list[str]:
    return [str(request["model"]) for request in requests]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (refusal(NO_TOOLS), FaultClass.NO_TOOLS),
        (refusal("No such key", "401 Unauthorized"), FaultClass.NO_ACCESS),
        (refusal("Conversation roles must alternate"), FaultClass.REQUEST),
        (sse({"error": {"message": NO_TOOLS, "code": 400}}), FaultClass.NO_TOOLS),
    ],
)
async def test_a_model_that_cannot_be_used_is_asked_once_and_then_left_out(
    answer: bytes, fault: FaultClass, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="brain")
    noted: list[tuple[str, FaultClass | None]] = []

    def note(model: str, fault: FaultClass | None) -> None:
        noted.append((model, fault))

    async with (
        wire(answer, ONE, ONE) as server,
        asking(server.url, fallback_models=("other",), note=note) as model,
    ):
        for _ in range(2):
            assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert noted == [("m", fault), ("other", None), ("other", None)]
    assert models_of(server.requests) == ["m", "other", "other"]
    assert f'model=m fault="{fault}"' in caplog.text
    assert "small:1b" not in caplog.text


async def test_without_another_model_the_fault_says_why() -> None:
    async with wire(refusal(NO_TOOLS), ONE) as server, asking(server.url) as model:
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
        assert caught.value.fault is FaultClass.NO_TOOLS
        # There is no other model, so it is asked again: it may have been replaced.
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"


async def test_a_model_without_tools_is_asked_if_no_tools_are_needed() -> None:
    bare = Prompt(messages=PROMPT.messages, tools=[])
    async with (
        wire(refusal(NO_TOOLS), ONE, ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        await model.answer(PROMPT, limit_s=20)
        await model.answer(bare, limit_s=20)
    assert models_of(server.requests) == ["m", "other", "m"]


async def test_a_schema_that_cannot_be_used_is_sent_without_bounds_once() -> None:
    parameters = {
        "type": "object",
        "properties": {"minimum": {"type": "string", "maxLength": 9, "description": "x"}},
    }
    function = {"name": "find", "description": "Finds.", "parameters": parameters}
    tool = {"type": "function", "function": function}
    prompt = Prompt(messages=PROMPT.messages, tools=[tool])
    grammar = refusal("failed to parse grammar")
    async with (
        wire(grammar, ONE, grammar, ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        for _ in range(2):
            assert (await model.answer(prompt, limit_s=20)).text == "one"
    assert models_of(server.requests) == ["m", "m", "m", "other"]
    [loose] = server.requests[1]["tools"]
    bare = {"type": "string", "description": "x"}
    assert loose["function"]["parameters"]["properties"] == {"minimum": bare}


async def test_a_filtered_request_is_not_sent_again() -> None:
    async with (
        wire(refusal("content management policy"), ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        with pytest.raises(ModelRefused) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.fault is FaultClass.FILTERED
    assert len(server.requests) == 1


def long_prompt(*texts: str) -> Prompt:
    """A prompt that leaves out its oldest text to become shorter."""

    def shorter(chars: int) -> Prompt | None:
        kept = list(texts)
        while len(kept) > 2 and len(dumps({"messages": messages(kept)})) - 13 > chars:
            del kept[:2]
        return long_prompt(*kept) if len(kept) < len(texts) else None

    def messages(given: Sequence[str]) -> list[Json]:
        roles = ("user", "assistant")
        said = [{"role": roles[i % 2], "content": text} for i, text in enumerate(given)]
        return [*PROMPT.messages[:-1], *said]

    return Prompt(messages=messages(texts), tools=[], shorter=shorter)


LONG = "context_length_exceeded"


async def test_a_request_that_is_too_long_is_made_shorter_and_the_size_remembered() -> None:
    texts = ["x" * 1000] * 11
    too_long = refusal("too long", code=LONG)
    async with wire(too_long, ONE, ONE) as server, asking(server.url) as model:
        for _ in range(2):
            await model.answer(long_prompt(*texts), limit_s=20)
    sizes = [len(request["messages"]) for request in server.requests]
    assert sizes[0] == 12
    assert 2 < sizes[1] < 12
    assert sizes[2] == sizes[1]


async def test_the_size_follows_the_numbers_of_the_refusal() -> None:
    told = refusal("context length", n_ctx=4000, n_prompt_tokens=40_000, code=LONG)
    async with wire(told, ONE) as server, asking(server.url) as model:
        await model.answer(long_prompt(*["x" * 1000] * 101), limit_s=20)
    assert len(server.requests[1]["messages"]) <= 9


async def test_a_request_is_made_shorter_four_times_and_then_goes_to_the_next_model() -> None:
    async with (
        wire(*[refusal("too long", code=LONG)] * 5, ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        await model.answer(long_prompt(*["x" * 100] * 51), limit_s=20)
    assert models_of(server.requests) == ["m"] * 5 + ["other"]
    assert len(server.requests[5]["messages"]) == 52


async def test_if_nothing_can_be_left_out_the_fault_says_that_it_is_too_long() -> None:
    async with wire(refusal("too long", code=LONG)) as server, asking(server.url) as model:
        with pytest.raises(ModelRefused) as caught:
            await model.answer(long_prompt("x" * 1000), limit_s=20)
    assert caught.value.fault is FaultClass.TOO_LONG


async def test_a_busy_model_is_asked_again_until_it_answers() -> None:
    busy = refusal("Loading model", "503 Service Unavailable")
    async with wire(*[busy] * 4, ONE) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=60)).text == "one"


async def test_another_model_is_asked_first_if_a_busy_one_asks_for_a_long_wait() -> None:
    busy = refusal("Please retry in 40s", "429 Too Many Requests")
    down = refusal("No such key", "401 Unauthorized")
    async with (
        wire(busy, down) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        with pytest.raises(ModelUnavailable) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.fault is FaultClass.BUSY
    assert models_of(server.requests) == ["m", "other"]


async def test_an_empty_answer_is_asked_for_once_more_and_then_the_next_model() -> None:
    thoughts = sse(delta(reasoning="Hm."), delta("stop", content=" \n"), "data: [DONE]")
    async with (
        wire(thoughts, thoughts, ONE) as server,
        asking(server.url, fallback_models=("other",)) as model,
    ):
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert models_of(server.requests) == ["m", "m", "other"]


async def test_tokens_of_failed_tries_count() -> None:
    empty = sse({**delta("stop"), "usage": {"total_tokens": 50}}, "data: [DONE]")
    one = sse({**delta("stop", content="one"), "usage": {"total_tokens": 7}}, "data: [DONE]")
    async with wire(empty, one) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).tokens == 57


async def test_an_answer_without_usage_has_an_estimate() -> None:
    async with wire(ONE) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).tokens > 10


async def test_a_silent_model_is_asked_once_more_and_then_the_next_one() -> None:
    headers = PendingNotices(http(""))
    waits = Waits(first_token_s=0.3)
    async with (
        wire(headers, headers, ONE) as server,
        asking(server.url, fallback_models=("other",), waits=waits) as model,
    ):
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"
    assert models_of(server.requests) == ["m", "m", "other"]


async def test_an_end_may_come_without_a_finish_reason_if_the_calls_are_whole() -> None:
    whole = sse(part(0, id="a", name="find", arguments="{}"), "data: [DONE]")
    half = sse(part(0, id="a", name="find", arguments='{"x'), "data: [DONE]")
    async with wire(whole, half, ONE) as server, asking(server.url) as model:
        assert len((await model.answer(PROMPT, limit_s=20)).calls) == 1
        assert (await model.answer(PROMPT, limit_s=20)).text == "one"


async def test_a_cut_has_the_text_without_thoughts() -> None:
    text = "<think>Hm.</think>I look."
    async with wire(sse(delta("length", content=text))) as server, asking(server.url) as model:
        with pytest.raises(ModelCut) as caught:
            await model.answer(PROMPT, limit_s=20)
    assert caught.value.text == "I look."


@pytest.mark.parametrize("levels", [500, 1_500, 5_000, 100_000])
@pytest.mark.parametrize(
    ("key", "opens", "closes", "inner"),
    [
        ("x", '{"x": ', "}", "1"),
        ("content", '[{"text": ', "}]", '"a"'),
        ("tool_calls", '[{"function": ', "}]", '{"name": "find"}'),
        ("tool_calls", '[{"function": {"name": "find", "arguments": {"x": ', "}}}]", "1"),
    ],
)
async def test_deeply_nested_answers_end_in_an_answer_or_a_fault(
    levels: int, key: str, opens: str, closes: str, inner: str
) -> None:
    message = f'{{"{key}": {opens * levels}{inner}{closes * levels}}}'
    choice = f'{{"message": {message}, "finish_reason": "stop"}}'
    deep = http(f'{{"choices": [{choice}]}}', kind=JSON)
    async with wire(deep, deep, deep) as server, asking(server.url) as model:
        with suppress(ModelFault):
            await model.answer(PROMPT, limit_s=20)


JUNK = ["null", "7", "[]", '{"choices": 7}', '{"error": [[]]}', '{"error": true}', '"x"', "{"]


@pytest.mark.parametrize("body", [*JUNK, "[" * 50_000, '{"a":' * 50_000])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
async def test_junk_ends_in_a_fault_of_the_model(body: str, status: str) -> None:
    answers = [http(body, status=status, kind=JSON)] * 3
    async with wire(*answers) as server, asking(server.url) as model:
        with pytest.raises(ModelFault):
            await model.answer(PROMPT, limit_s=20)
