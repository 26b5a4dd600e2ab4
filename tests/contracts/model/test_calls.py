"""Putting tool calls together: every way in which servers send them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.cloud.model.assembly import Assembly
from brain.codec import Json
from brain.run.ports import Delta
from tests.contracts.model.chat_stage import delta, part

OFFERED: dict[str, Json] = {"find": {}, "keep": {}, "say": {}}
WHOLE = '{"x": 1}'


def assembled(*chunks: Json) -> tuple[list[tuple[str, str, str]], list[Delta]]:
    assembly = Assembly(OFFERED)
    deltas = [piece for chunk in chunks for piece in assembly.feed(chunk)]
    whole, last = assembly.end()
    return [(call.id, call.name, call.arguments) for call in whole.calls], deltas + last


def calls_of(*chunks: Json) -> list[tuple[str, str, Any]]:
    """The calls with parsed arguments, which have to be JSON."""
    return [(id, name, json.loads(text)) for id, name, text in assembled(*chunks)[0]]


def listed(*calls: Json) -> Json:
    return delta(tool_calls=[{"function": call} for call in calls])


def test_a_tool_is_announced_once_and_its_arguments_in_pieces() -> None:
    _, deltas = assembled(
        part(0, id="a", name="find", arguments=""),
        part(0, id="a", name="find", arguments="{"),
        part(1, id="b", name="keep", arguments='{"x"'),
        part(0, arguments="}"),
    )
    assert deltas == [
        Delta(kind="action", text="find", call=0),
        Delta(kind="arguments", text="{", call=0),
        Delta(kind="action", text="keep", call=1),
        Delta(kind="arguments", text='{"x"', call=1),
        Delta(kind="arguments", text="}", call=0),
    ]


ONE_CALL = {
    "id and name in each fragment": [
        part(0, id="a", name="find", arguments='{"x"'),
        part(0, id="a", name="find", arguments=": 1}"),
    ],
    "the index as text": [
        delta(tool_calls=[{"index": "0", "id": "a", "function": {"name": "find"}}]),
        part(0, arguments=WHOLE),
    ],
    "no index": [part(id="a", name="find", arguments='{"x"'), part(arguments=": 1}")],
    "the id after the name": [part(0, name="find"), part(0, id="a", arguments=WHOLE)],
    "another id in each fragment": [
        part(0, id="a", name="find", arguments='{"x"'),
        part(0, id="b", arguments=": 1}"),
    ],
    "an object": [part(0, id="a", name="find", arguments={"x": 1})],
    "JSON in JSON": [part(0, id="a", name="find", arguments=json.dumps(WHOLE))],
    "JSON in JSON in JSON": [part(0, id="a", name="find", arguments=json.dumps(json.dumps(WHOLE)))],
    "JSON in JSON, in pieces": [
        part(0, id="a", name="find", arguments=json.dumps(WHOLE)[:5]),
        part(0, arguments=json.dumps(WHOLE)[5:]),
    ],
    "a placeholder first": [
        part(0, id="a", name="find", arguments="{}"),
        part(0, arguments='{"x": '),
        part(0, arguments="1}"),
    ],
    "the whole once more": [
        part(0, id="a", name="find", arguments='{"x": '),
        part(0, arguments="1}"),
        part(0, arguments='{"x":1}'),
    ],
    "cumulative": [
        part(0, id="a", name="find", arguments='{"x'),
        part(0, arguments='{"x": '),
        part(0, arguments=WHOLE),
    ],
    "cumulative, and the whole once more": [
        part(0, id="a", name="find", arguments='{"x'),
        part(0, arguments='{"x": '),
        part(0, arguments=WHOLE),
        part(0, arguments=WHOLE),
    ],
    "a name in two pieces": [part(0, id="a", name="fi"), part(0, name="nd", arguments=WHOLE)],
    "a name with a namespace": [part(0, id="a", name="functions.find", arguments=WHOLE)],
    "a name with a channel": [part(0, id="a", name="find<|channel|>commentary", arguments=WHOLE)],
    "a template's token at the end": [part(0, id="a", name="find", arguments=WHOLE + "<|call|>")],
    "without the level of the function": [
        delta(tool_calls=[{"index": 0, "id": "a", "name": "find", "arguments": WHOLE}])
    ],
}


@pytest.mark.parametrize("chunks", ONE_CALL.values(), ids=ONE_CALL.keys())
def test_one_call_is_one_call(chunks: list[Json]) -> None:
    assert calls_of(*chunks) == [("a", "find", {"x": 1})]


NO_ARGUMENTS = ["", "{}", "null", '""', " ", '"{}"', "{}{}"]


@pytest.mark.parametrize("arguments", NO_ARGUMENTS)
def test_no_arguments_are_an_empty_object(arguments: str) -> None:
    assert calls_of(part(0, id="a", name="find", arguments=arguments)) == [("a", "find", {})]


TWO_CALLS = {
    "all numbered 0, with ids": [
        part(0, id="a", name="find", arguments="{}"),
        part(0, id="b", name="find", arguments=WHOLE),
    ],
    "all numbered 0, no ids, other names": [
        part(0, name="find", arguments="{}"),
        part(0, name="keep", arguments=WHOLE),
    ],
    "all numbered 0, no ids, one name": [
        part(0, name="find", arguments='{"x": 2}'),
        part(0, name="find", arguments=WHOLE),
    ],
    "in one fragment": [part(0, name="find", arguments='{"x": 2}' + WHOLE)],
    "no index, no ids, in one chunk": [
        listed({"name": "find", "arguments": "{}"}, {"name": "find", "arguments": "{}"})
    ],
    "no index, no ids": [
        listed({"name": "find", "arguments": '{"x": 2}'}),
        listed({"name": "find", "arguments": WHOLE}),
    ],
    "one id": [
        part(0, id="a", name="find", arguments="{}"),
        part(1, id="a", name="find", arguments="{}"),
    ],
    "interleaved": [
        part(0, id="a", name="find", arguments='{"x"'),
        part(1, id="b", name="keep", arguments='{"y"'),
        part(0, arguments=": 1}"),
        part(1, arguments=": 2}"),
    ],
    "interleaved by id, without index": [
        part(id="a", name="find", arguments='{"x"'),
        part(id="b", name="keep", arguments='{"y"'),
        part(id="a", arguments=": 1}"),
        part(id="b", arguments=": 2}"),
    ],
    "in two choices": [
        delta(tool_calls=[{"index": 0, "function": {"name": "find", "arguments": "{}"}}]),
        {
            "choices": [
                {
                    "index": 1,
                    "delta": {
                        "tool_calls": [
                            {"index": 0, "function": {"name": "find", "arguments": WHOLE}}
                        ]
                    },
                }
            ]
        },
    ],
}


@pytest.mark.parametrize("chunks", TWO_CALLS.values(), ids=TWO_CALLS.keys())
def test_two_calls_are_two_calls(chunks: list[Json]) -> None:
    found = calls_of(*chunks)
    assert len(found) == 2
    assert all(isinstance(arguments, dict) for _, _, arguments in found)


def test_older_servers_send_one_call_as_function_call() -> None:
    assert calls_of(
        delta(function_call={"name": "find", "arguments": ""}),
        delta(function_call={"arguments": '{"x"'}),
        delta("function_call", function_call={"arguments": ": 1}"}),
    ) == [("", "find", {"x": 1})]


@pytest.mark.parametrize("broken", ['{"x":', "[1", "x", '{"x": 1} and so on', '{"x": 1}{"y"'])
def test_unreadable_arguments_stay_as_they_are(broken: str) -> None:
    assert assembled(part(0, id="a", name="find", arguments=broken))[0] == [("a", "find", broken)]


def test_unknown_names_stay_as_they_are() -> None:
    [(_, name, _)] = assembled(part(0, id="a", name="functions.lose", arguments="{}"))[0]
    assert name == "functions.lose"
    [(_, name, _)] = assembled(part(0, id="a", name="", arguments="{}"))[0]
    assert name == "unknown"


ARGUMENTS = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=6), max_size=3)


@given(ARGUMENTS, st.lists(st.integers(1, 5), max_size=8), st.booleans())
def test_every_split_of_arguments_is_the_same_call(
    arguments: Json, sizes: list[int], repeats: bool
) -> None:
    text, chunks = json.dumps(arguments), [part(0, id="a", name="find", arguments="")]
    again = {"id": "a", "name": "find"} if repeats else {}
    for size in sizes:
        chunks.append(part(0, **again, arguments=text[:size]))
        text = text[size:]
    chunks.append(part(0, **again, arguments=text))
    assert calls_of(*chunks) == [("a", "find", arguments)]
