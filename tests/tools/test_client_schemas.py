"""Which schemas of a front end are accepted, and the errors on arguments for the model."""

import json
from typing import Any

import pytest

from brain.tools import client_schemas as reasons
from brain.tools.client_schemas import objection
from brain.tools.schema import foreign_complaint, foreign_objection, misfit

ELSEWHERE = "http://127.0.0.1:9/meta#/nested"


def tool(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", **keywords}


def of_a(schema: Any) -> dict[str, Any]:
    return tool(properties={"a": schema})


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"not": value}
    return value


def doubling(levels: int) -> dict[str, Any]:
    """Each definition holds the one below it twice."""
    defs: dict[str, Any] = {"a0": {"type": "string"}}
    for level in range(1, levels + 1):
        defs[f"a{level}"] = {"allOf": [{"$ref": f"#/$defs/a{level - 1}"}] * 2}
    return tool(**{"$defs": defs}, properties={"x": {"$ref": f"#/$defs/a{levels}"}})


@pytest.mark.parametrize(
    "schema",
    [
        tool(),
        of_a(True),
        of_a({"type": "array", "items": {"type": "string", "pattern": "^[a-z]{1,8}$"}}),
        tool(
            **{"$schema": "https://json-schema.org/draft/2020-12/schema"},
            **{"$defs": {"id": {"type": "string"}}},
            properties={"a": {"$ref": "#/$defs/id"}, "b": {"$ref": "#/%24defs/id"}},
        ),
        tool(
            **{"$schema": "http://json-schema.org/draft-07/schema#"},
            definitions={"a/b": {"type": "string"}, "c~d": {"enum": [1]}},
            properties={"x": {"items": [{"$ref": "#/definitions/a~1b"}]}},
            additionalProperties={"$ref": "#/definitions/c~0d"},
        ),
        tool(allOf=[{"$ref": "#/allOf/1"}, {"required": ["a"]}]),
        # Names and values of the front end's own that look like keywords.
        tool(properties={"$ref": {"type": "string"}, "$id": {}, "pattern": {}, "enum": {}}),
        of_a({"enum": [{"$ref": ELSEWHERE, "$id": "x"}], "default": {"$dynamicRef": "y"}}),
        of_a({"const": {"$anchor": "x", "properties": 7}, "examples": [{"$ref": 1}]}),
        doubling(6),
    ],
)
def test_schemas_of_front_ends_are_accepted(schema: dict[str, Any]) -> None:
    assert (objection(schema), foreign_objection(schema)) == ("", "")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "array"}, reasons.NOT_OBJECT),
        (tool(description="x" * 17_000), reasons.TOO_LARGE),
        (tool(description="é" * 9_000), reasons.TOO_LARGE),
        (of_a({"enum": list(range(500))}), reasons.TOO_LARGE),
        (tool(**nested(20)), reasons.TOO_DEEP),
        (of_a({"const": json.loads("[" * 900 + "]" * 900)}), reasons.TOO_DEEP),
        (doubling(28), reasons.TOO_FAR),
        (of_a({"$ref": "#"}), reasons.ITSELF),
        (of_a({"items": {"$ref": "#/properties/a"}}), reasons.ITSELF),
        (
            tool(**{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
            reasons.ITSELF,
        ),
        (tool(**{"$schema": "http://127.0.0.1:9/meta"}), reasons.UNKNOWN_DRAFT),
        (tool(**{"$schema": None}), reasons.UNKNOWN_DRAFT),
        (tool(**{"$schema": ""}), reasons.UNKNOWN_DRAFT),
        (of_a({"$schema": "http://json-schema.org/draft-07/schema#"}), reasons.UNKNOWN_DRAFT),
        (tool(properties=7), reasons.NOT_A_SCHEMA),
        (tool(required="a"), reasons.NOT_A_SCHEMA),
        (of_a({"$ref": 7}), reasons.NOT_A_SCHEMA),
        (of_a({"pattern": 7}), reasons.NOT_A_SCHEMA),
        (of_a({"minimum": float("nan")}), reasons.NOT_A_SCHEMA),
        (of_a({"pattern": "a" * 201}), reasons.LONG_PATTERN),
        (tool(patternProperties={"a" * 201: {}}), reasons.LONG_PATTERN),
        (tool(title="\ud800"), reasons.NOT_TEXT),
        (tool(properties={"\ud800": {}}), reasons.NOT_TEXT),
        (
            tool(**{"$schema": "http://json-schema.org/draft-04/schema#"}, id="http://x/"),
            reasons.NOT_TAKEN,
        ),
    ],
)
def test_a_schema_that_is_too_costly_or_invalid_is_refused(
    schema: dict[str, Any], reason: str
) -> None:
    assert objection(schema) == reason


@pytest.mark.parametrize("keyword", sorted(reasons.REFUSED))
def test_keywords_that_name_or_find_a_document_are_refused(keyword: str) -> None:
    assert objection(of_a({"not": {keyword: "x"}})) == reasons.NOT_TAKEN


@pytest.mark.parametrize("reference", [ELSEWHERE, "file:///etc/x", "x.json", "", "%23/$defs/a"])
@pytest.mark.parametrize(
    "place",
    [
        lambda ref: {"items": [ref]},
        lambda ref: {"not": ref},
        lambda ref: {"dependentSchemas": {"b": ref}},
        lambda ref: {"dependencies": {"b": ref}},
        lambda ref: {"contentSchema": ref},
        lambda ref: {"propertyNames": ref},
        lambda ref: {"x-unknown": [[ref]]},
        lambda ref: {"properties": {"const": ref}},
        lambda ref: {"type": "string", **ref},
    ],
)
def test_a_reference_to_another_document_is_refused_wherever_it_stands(
    place: Any, reference: str
) -> None:
    assert objection(of_a(place({"$ref": reference}))) == reasons.ELSEWHERE


@pytest.mark.parametrize(
    "pointer",
    [
        "#anchor",
        "#/$defs",
        "#/$defs/nothing",
        "#/$defs%2Fa",
        "#/$defs/a/const",
        "#/$defs/b/enum/0",
        "#/$defs/list/allOf/00",
        "#/$defs/list/allOf/-",
        "#/$defs/list/allOf/9",
        "#/$defs/list/allOf",
        "#/$defs/%ff",
        "#/type",
    ],
)
def test_a_pointer_leads_to_a_schema_and_to_nothing_that_is_data(pointer: str) -> None:
    inner = {"$ref": ELSEWHERE}
    defs = {"a": {"const": inner}, "b": {"enum": [inner]}, "list": {"allOf": [True]}}
    assert objection(tool(**{"$defs": defs}, not_={}, allOf=[{"$ref": pointer}])) == reasons.NOWHERE


@pytest.mark.parametrize("pattern", ["^(?=a)b", r"^(a)\1$", "((a{99}){99}){99}", "("])
@pytest.mark.parametrize(
    "place",
    [
        lambda pattern: of_a({"pattern": pattern}),
        lambda pattern: tool(patternProperties={pattern: {}}),
        lambda pattern: tool(propertyNames={"pattern": pattern}),
    ],
)
def test_a_pattern_that_needs_backtracking_or_much_room_is_refused(
    place: Any, pattern: str
) -> None:
    assert foreign_objection(place(pattern)) == reasons.BAD_PATTERN


def test_an_error_that_only_the_compiler_finds_has_our_own_text() -> None:
    assert foreign_objection(of_a({"type": "secret"})) == reasons.NOT_A_SCHEMA


def test_an_error_names_path_and_keyword_and_quotes_little() -> None:
    schema = of_a({"type": "string", "maxLength": 3})
    words = foreign_complaint(schema, json.dumps({"a": "x" * 5_000}))
    assert words == f'a: "{"x" * 79} does not fit maxLength'
    assert foreign_complaint(tool(required=["a"]), "{}") == "the whole: {} does not fit required"
    assert foreign_complaint(schema, '{"a":"x"}') == ""
    assert foreign_complaint(schema, "") == ""


@pytest.mark.parametrize(
    ("schema", "arguments", "words"),
    [
        (tool(), "{", ""),  # not decoded: that is said elsewhere
        (tool(), "[" * 60_000, ""),
        (tool(), '{"a":' + "[" * 70 + "]" * 70 + "}", ""),
        (tool(), " " * 70_000, "they are too long"),
        (of_a({"type": "string"}), '{"a":"\\ud800"}', ""),
        (tool(), '{"a":NaN}', ""),
        (tool(), '{"a":1e999}', ""),
        (of_a({"$ref": ELSEWHERE}), "{}", reasons.ELSEWHERE),  # stored by an earlier version
    ],
)
def test_arguments_that_cannot_be_checked(
    schema: dict[str, Any], arguments: str, words: str
) -> None:
    found = foreign_complaint(schema, arguments)
    assert (words in found) if words else (found == "")


def test_an_error_on_edited_arguments_quotes_nothing() -> None:
    assert misfit(of_a({"maxLength": 3}), {"a": "secret"}) == "a: does not fit maxLength"
    assert misfit(of_a({"type": "null"}), {"a": "\ud800"}) == "contain invalid characters"
    assert misfit(of_a({"type": "string"}), {"a": "x"}) == ""
