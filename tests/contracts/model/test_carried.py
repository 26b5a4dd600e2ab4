"""Fields of an answer that go back to the model that sent them."""

from typing import Any

import pytest

from brain.cloud.model.carried import MAX_CARRIED_BYTES, carried, merged
from brain.codec import Json
from brain.run.journal import Answered
from brain.run.ports import CARRIED, Prompt
from tests.contracts.model.chat_stage import PROMPT, asking, delta, http, part, sse, wire

SIGNATURE = {"google": {"thought_signature": "AbCd=="}}
CALL = {"id": "a", "index": 0, "function": {"name": "find", "arguments": "{}"}}
ANSWER = sse(
    delta(reasoning_content="I "),
    delta(reasoning_content="look."),
    delta(tool_calls=[{**CALL, "extra_content": SIGNATURE}]),
    part(1, id="b", name="find", arguments='{"x": 1}'),
    delta("tool_calls"),
    "data: [DONE]",
)
ONE = sse(delta("stop", content="one"), "data: [DONE]")
FIELDS = {
    "model": "m",
    "message": {"reasoning_content": "I look."},
    "calls": [{"extra_content": SIGNATURE}, {}],
}


def with_answer(fields: Json) -> Prompt:
    calls = [
        {"id": id, "type": "function", "function": {"name": "find", "arguments": "{}"}}
        for id in ("one", "two")
    ]
    results = [{"role": "tool", "tool_call_id": id, "content": "x"} for id in ("one", "two")]
    message = {"role": "assistant", "content": None, "tool_calls": calls, CARRIED: fields}
    return Prompt(messages=[*PROMPT.messages, message, *results], tools=PROMPT.tools)


async def test_fields_that_are_not_known_are_kept_with_the_answer() -> None:
    async with wire(ANSWER, ONE) as server, asking(server.url) as model:
        assert (await model.answer(PROMPT, limit_s=20)).carried == FIELDS
        assert (await model.answer(PROMPT, limit_s=20)).carried is None


async def test_the_same_model_gets_them_back_in_their_places() -> None:
    async with wire(ONE) as server, asking(server.url) as model:
        await model.answer(with_answer(FIELDS), limit_s=20)
    [_, message, *_] = server.requests[0]["messages"]
    assert message["reasoning_content"] == "I look."
    assert message["tool_calls"][0]["extra_content"] == SIGNATURE
    assert message["tool_calls"][0]["function"] == {"name": "find", "arguments": "{}"}
    assert message["tool_calls"][1].keys() == {"id", "type", "function"}
    assert CARRIED not in message


async def test_another_model_gets_nothing_of_them() -> None:
    async with wire(ONE) as server, asking(server.url) as model:
        await model.answer(with_answer({**FIELDS, "model": "other"}), limit_s=20)
    [_, message, *_] = server.requests[0]["messages"]
    assert message.keys() == {"role", "content", "tool_calls"}


async def test_a_model_that_rejects_its_own_fields_is_asked_without_them() -> None:
    wrong = http('{"error": {"message": "no"}}', status="400 Bad", kind="application/json")
    async with wire(wrong, ONE, ONE) as server, asking(server.url) as model:
        for _ in range(2):
            await model.answer(with_answer(FIELDS), limit_s=20)
    sent = ["reasoning_content" in request["messages"][1] for request in server.requests]
    assert sent == [True, False, False]


async def test_ids_of_later_calls_are_new_even_if_the_server_repeats_them() -> None:
    async with wire(ANSWER, ANSWER) as server, asking(server.url) as model:
        first = await model.answer(PROMPT, limit_s=20)
        # The request shows the earlier calls under ids of its own.
        second = await model.answer(with_answer(FIELDS), limit_s=20)
    assert not {call.id for call in first.calls} & {call.id for call in second.calls}


@pytest.mark.parametrize(
    ("chunks", "whole"),
    [
        ([{"reasoning": "a"}, {"reasoning": "b"}], {"reasoning": "ab"}),
        ([{"signature": "a"}, {"signature": "b"}], {"signature": "b"}),
        ([{"x": None}, {"x": ""}, {"x": []}], {}),
        ([{"x": {"a": 1}}, {"x": {"b": 2}}], {"x": {"a": 1, "b": 2}}),
        (
            [
                {"reasoning_details": [{"type": "t", "index": 0, "text": "a"}]},
                {"reasoning_details": [{"type": "t", "index": 0, "text": "b", "id": "x"}]},
                {"reasoning_details": [{"type": "e", "index": 1, "data": "c"}]},
            ],
            {
                "reasoning_details": [
                    {"type": "t", "index": 0, "text": "ab", "id": "x"},
                    {"type": "e", "index": 1, "data": "c"},
                ]
            },
        ),
    ],
)
def test_fields_that_arrive_in_pieces_are_put_together(chunks: list[Json], whole: Json) -> None:
    known: Json = {}
    for chunk in chunks:
        merged(known, chunk)
    assert known == whole


@pytest.mark.parametrize(
    "value",
    ["x" * MAX_CARRIED_BYTES, float("nan"), [[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]],
)
def test_what_is_too_long_or_cannot_be_stored_is_not_carried(value: Any) -> None:
    assert carried("m", {"x": value}, []) is None


def test_text_that_a_store_rejects_is_cleaned() -> None:
    found = carried("m", {"x": "a\ud800b"}, [])
    assert found is not None
    assert found["message"]["x"].encode()


def test_an_answer_without_such_fields_carries_nothing() -> None:
    assert carried("m", {}, [{}]) is None
    assert Answered(text="x", calls=()).carried is None
