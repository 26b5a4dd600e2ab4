"""Assembling an answer: texts, thoughts, choices, usage, and junk."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.cloud.model.assembly import Assembled, Assembly
from brain.cloud.model.speech import MAX_TEXT_CHARS
from brain.cloud.model.usage import estimated_tokens, tokens_in
from brain.codec import Json
from brain.run.ports import Delta
from tests.contracts.model.chat_stage import delta, part

OFFERED: dict[str, Json] = {"find": {}}


def read(*chunks: Json, held: bool = False) -> tuple[Assembled, list[Delta]]:
    assembly = Assembly(OFFERED, held=held)
    deltas = [piece for chunk in chunks for piece in assembly.feed(chunk)]
    whole, last = assembly.end()
    return whole, deltas + last


def said(*pieces: str) -> tuple[str, str]:
    """The text of an answer, and what a listener has heard of it."""
    whole, deltas = read(*(delta(content=piece) for piece in pieces))
    return whole.text, "".join(one.text for one in deltas if one.kind == "content")


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_a_thought_is_announced_and_not_part_of_the_answer(field: str) -> None:
    whole, deltas = read(delta(**{field: "Hm."}), delta("stop", content="Yes."))
    assert deltas == [Delta(kind="thought", text="Hm."), Delta(kind="content", text="Yes.")]
    assert (whole.text, whole.calls) == ("Yes.", ())


def test_thoughts_may_be_parts_of_the_content() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Yes."},
    ]
    whole, deltas = read(delta("stop", content=parts))
    assert whole.text == "Yes."
    assert deltas[0] == Delta(kind="thought", text="Hm.")


def test_a_thought_in_tags_is_not_heard_in_any_piece() -> None:
    assert said(*"<think>Hm.</think>Yes.") == ("Yes.", "Yes.")


def test_a_thought_may_be_longer_than_any_text() -> None:
    thought = "long thoughts " * (MAX_TEXT_CHARS // 10)
    assert said("<think>", thought, "</think>", "Yes.") == ("Yes.", "Yes.")


def test_after_a_thought_without_a_tag_nothing_more_is_shown() -> None:
    assert said("Hm.", "</think>", "Yes.") == ("Yes.", "Hm.")


def test_text_that_may_be_such_a_thought_is_held_if_the_model_is_known_for_it() -> None:
    chunks = [delta(content=piece) for piece in ("Hm.", "</think>", "Yes.")]
    whole, deltas = read(*chunks, held=True)
    assert whole.text == "Yes."
    assert [one.text for one in deltas if one.kind == "content"] == ["Yes."]


CUMULATIVE = [
    (["It is", "It is in", "It is in there."], "It is in there."),
    (["It is", "It is in there."], "It is in there."),
    (["It is", "It is in", "It is in there.", "It is in there."], "It is in there."),
    (["It", "It is", " fine"], "ItIt is fine"),
    (["Ha", " ha", " ha", "!"], "Ha ha ha!"),
    (["ha", "ha"], "haha"),
    (["1", "1"], "11"),
    (["It is."], "It is."),
    (["", "It", "", "It is", "It is so"], "It is so"),
]


@pytest.mark.parametrize(("pieces", "text"), CUMULATIVE)
def test_cumulative_text_is_heard_once(pieces: list[str], text: str) -> None:
    assert said(*pieces) == (text, text)


def test_content_may_come_as_a_list_of_parts() -> None:
    assert (
        read(delta("stop", content=[{"type": "text", "text": "Yes."}, "No."]))[0].text == "Yes.No."
    )


def test_a_refusal_by_the_model_is_its_answer() -> None:
    assert read(delta("stop", refusal="I will not."))[0].text == "I will not."


def message(index: int = 0, **fields: Any) -> Json:
    return {"choices": [{"index": index, "message": fields, "finish_reason": "stop"}]}


def test_a_message_counts_where_no_delta_did() -> None:
    call = {"id": "a", "function": {"name": "find", "arguments": "{}"}}
    whole, _ = read(message(content="Yes.", tool_calls=[call]))
    assert (whole.text, len(whole.calls)) == ("Yes.", 1)
    whole, _ = read(delta(content="Yes."), message(content="Yes.", tool_calls=[call]))
    assert (whole.text, len(whole.calls)) == ("Yes.", 1)
    whole, _ = read(part(0, id="a", name="find", arguments="{}"), message(tool_calls=[call]))
    assert len(whole.calls) == 1


def test_all_choices_are_parts_of_the_answer() -> None:
    call = {"id": "a", "function": {"name": "find", "arguments": "{}"}}
    both = message(content="I look.")["choices"] + message(1, tool_calls=[call])["choices"]
    whole, _ = read({"choices": both})
    assert (whole.text, [one.name for one in whole.calls]) == ("I look.", ["find"])
    whole, _ = read({"choices": message(content="Yes.")["choices"] * 2})
    assert whole.text == "Yes."


USAGES = [
    ({"usage": {"total_tokens": 7}}, 7),
    ({"choices": [], "usage": {"total_tokens": "7"}}, 7),
    ({"usage": {"total_tokens": 7.0}}, 7),
    ({"usage": {"prompt_tokens": 5, "completion_tokens": 2}}, 7),
    ({"usage": {"input_tokens": 5, "output_tokens": 2}}, 7),
    ({"usage": {"total_tokens": 0, "prompt_tokens": 5, "completion_tokens": 2}}, 7),
    ({"choices": [{"usage": {"total_tokens": 7}}]}, 7),
    ({"x_groq": {"id": "r", "usage": {"total_tokens": 7}}}, 7),
    ({"usageMetadata": {"totalTokenCount": 7}}, 7),
    ({"timings": {"prompt_n": 5, "predicted_n": 2}}, 7),
    ({"usage": None}, 0),
    ({"usage": {"total_tokens": -7}}, 0),
    ({"usage": {"total_tokens": True}}, 0),
    ({"usage": {"total_tokens": float("inf")}}, 0),
    ({"usage": {"total_tokens": float("nan")}}, 0),
    ({"usage": {"total_tokens": 1e30}}, 0),
]


@pytest.mark.parametrize(("chunk", "tokens"), USAGES)
def test_the_usage_is_found_wherever_it_is(chunk: Json, tokens: int) -> None:
    assert tokens_in(chunk) == tokens


def test_an_estimate_is_never_zero() -> None:
    assert estimated_tokens("") == 1
    assert estimated_tokens("a" * 400) == 100
    assert estimated_tokens("護照") == 2


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"choices": None},
        {"choices": "no"},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"tool_calls": None, "content": None}}]},
        {"choices": [{"delta": {"tool_calls": ["no"], "content": 7}}]},
        {"usage": None},
        {"usage": {"total_tokens": "many"}},
    ],
)
def test_a_chunk_with_unexpected_types_is_ignored(odd: Json) -> None:
    assembly = Assembly()
    assert assembly.feed(odd) == []
    assert not assembly.begun


FIELDS = ["choices", "delta", "message", "content", "tool_calls", "function", "function_call"]
MORE = ["name", "arguments", "index", "id", "finish_reason", "usage", "total_tokens", "reasoning"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS + MORE), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS + MORE), JUNK, max_size=4), max_size=4))
def test_no_junk_is_an_error(chunks: list[Json]) -> None:
    whole, _ = read(*chunks)
    for call in whole.calls:
        assert isinstance(call.name + call.arguments + call.id, str)


def test_deeply_nested_json_is_no_error() -> None:
    deep = "[" * 50_000
    whole, _ = read(
        part(0, id="a", name="find", arguments=deep),
        part(1, id="b", name="find", arguments=json.dumps(deep)),
        delta("stop", content=f"<tool_call>{deep}{'{' * 30_000}"),
    )
    assert len(whole.calls) == 3
