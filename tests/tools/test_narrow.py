"""Any schema becomes one that all model servers take, and its arguments are still understood."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from brain.chat.tools import chat_tool, checkable, given, narrowed
from local.model.strict import broken

type Json = dict[str, Any]


def of(**properties: Any) -> Json:
    return {"type": "object", "properties": properties}


def sent(schema: Any) -> Json:
    """What is sent of a property with this schema."""
    found: Json = narrowed(of(x=schema))["properties"]["x"]
    return found


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"type": ["string", "null"], "maxLength": 2000}, {"type": "string"}),
        ({"type": ["null", "integer"], "minimum": 1}, {"type": "integer", "minimum": 1}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, {"type": "integer"}),
        ({"type": "string", "minLength": 0, "maxLength": 9}, {"type": "string", "maxLength": 9}),
        ({"type": "string", "maxLength": 256}, {"type": "string", "maxLength": 256}),
        ({"const": "on"}, {"type": "string", "enum": ["on"]}),
        ({"enum": ["a", "b", None]}, {"type": "string", "enum": ["a", "b"], "description":
          '(enum: ["a","b",null])'}),
        ({"enum": [1, 2]}, {"type": "integer", "description": "(enum: [1,2])"}),
        ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "array", "items": {"type": "number"}, "maxItems": 300},
         {"type": "array", "items": {"type": "number"}}),
        ({"type": "string", "format": "date", "description": "a day"},
         {"type": "string", "description": "a day (format: date)"}),
        ({"type": ["integer", "string"]}, {"type": "integer", "description": "(or: string)"}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]},
         {"type": "string", "description": '(or: {"type":"integer"})'}),
        ({"allOf": [{"type": "string"}], "description": "d"},
         {"type": "string", "description": "d"}),
        ({"properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
         {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        ({"type": "object"}, {"type": "string", "description": 'as JSON: {"type":"object"}'}),
        (True, {"type": "string", "description": "text; objects and lists as JSON"}),
    ],
)  # fmt: skip
def test_a_schema_becomes_its_plain_form(schema: Any, plain: Json) -> None:
    assert sent(schema) == plain


def test_references_are_followed() -> None:
    parameters = {
        "type": "object",
        "properties": {"who": {"$ref": "#/$defs/person", "description": "the guest"}},
        "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "additionalProperties": False,
    }
    assert narrowed(parameters) == of(
        who={**of(name={"type": "string"}), "description": "the guest"}
    )


@pytest.mark.parametrize("reference", ["#/$defs/a", "#/nowhere", "https://example.org/a", "#"])
def test_a_reference_that_leads_nowhere_becomes_a_string(reference: str) -> None:
    parameters = {**of(x={"$ref": reference}), "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert broken(request(parameters)).keys() == EMPTY


def test_a_property_that_takes_nothing_is_left_out() -> None:
    assert narrowed(of(x=False, y={"type": "string"})) == of(y={"type": "string"})


NO_ARGUMENTS: list[Json] = [
    {"type": "object"},
    {"type": "object", "properties": {}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "string"}},
]


@pytest.mark.parametrize("parameters", NO_ARGUMENTS)
def test_a_tool_without_arguments_has_one_that_is_ignored(parameters: Json) -> None:
    [(name, schema)] = narrowed(parameters)["properties"].items()
    assert schema["type"] == "string"
    assert given(parameters, {name: "", "more": 1}) == {"more": 1}
    assert checkable(parameters, f'{{"{name}":"x"}}') == (parameters, "{}")


def test_an_argument_of_that_name_belongs_to_a_tool_that_has_it() -> None:
    parameters = of(unused={"type": "string"})
    assert given(parameters, {"unused": "x"}) == {"unused": "x"}


@pytest.mark.parametrize("arguments", ["", "{", "[]", '{"x":1}', '"text"', "{" * 50_000])
def test_other_arguments_stay_as_they_are(arguments: str) -> None:
    assert checkable(of(x={"type": "integer"}), arguments) == (of(x={"type": "integer"}), arguments)


def test_a_string_of_json_is_read_where_it_was_asked_for() -> None:
    parameters = of(
        map={"type": "object"},
        rows={"type": "array", "items": {"type": "object"}},
        text={"type": "string"},
        any={},
    )
    arguments = {"map": '{"a":1}', "rows": ['{"b":2}', "no"], "text": "{}", "any": "5"}
    assert given(parameters, arguments) == {
        "map": {"a": 1}, "rows": [{"b": 2}, "no"], "text": "{}", "any": "5"
    }  # fmt: skip


def test_a_description_is_never_missing() -> None:
    function = chat_tool("blink", " ", {"type": "object", "description": "Fast."})["function"]
    assert function["description"] == "The tool blink. Fast."


KEYWORDS = (
    "type", "anyOf", "allOf", "oneOf", "items", "properties", "enum", "const", "$ref", "required",
    "minLength", "maxItems", "description", "default", "not", "format",
)  # fmt: skip
LEAVES = st.sampled_from(
    [None, True, False, 0, -1, 2.5, 300, "", "string", "array", "object", "null", "#", "#/x", "x"]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYWORDS), inner),
    max_leaves=30,
)
EMPTY = {"one-system", "begins-with-user"}  # the rules that a request without messages breaks


def request(parameters: Json) -> Json:
    return {"messages": [], "tools": [chat_tool("find", "Finds.", parameters)]}


@settings(deadline=None, max_examples=100)
@drawn(st.dictionaries(st.sampled_from(KEYWORDS), SCHEMAS), SCHEMAS)
def test_whatever_a_schema_is_what_is_sent_keeps_the_rules(schema: Json, inner: Any) -> None:
    for parameters in (schema, of(x=inner), {**of(x=schema), "x": inner}):
        assert broken(request(parameters)).keys() == EMPTY
        assert isinstance(given(parameters, {"x": "[1]", "unused": ""}), dict)


def test_bounds_that_say_little_or_much_are_left_out() -> None:
    text = {"type": "string", "minLength": 1, "maxLength": 64}
    number = {"type": "integer", "minimum": 0, "maximum": 2_000_000}
    few = {"type": "integer", "minimum": 1, "maximum": 20}
    schema = {"type": "object", "properties": {"text": text, "number": number, "few": few}}
    sent = narrowed(schema)["properties"]
    assert sent["text"] == {"type": "string", "maxLength": 64}
    assert sent["number"] == {"type": "integer", "minimum": 0}
    assert sent["few"] == few
