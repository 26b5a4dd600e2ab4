"""Tools as they are sent are made once for each schema."""

from typing import Any

from brain.chat.tools import MOST_KEPT, MadeOf, chat_tool, given


def schema(name: str = "city") -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}}


def test_the_same_tool_is_sent_as_the_same_object() -> None:
    parameters = schema()
    first = chat_tool("weather", "Say the weather.", parameters)
    assert chat_tool("weather", "Say the weather.", parameters) is first


def test_another_name_or_description_makes_another_tool_of_the_schema() -> None:
    parameters = schema()
    first = chat_tool("weather", "Say the weather.", parameters)
    second = chat_tool("climate", "Say the climate.", parameters)
    assert (first["function"]["name"], second["function"]["name"]) == ("weather", "climate")
    assert chat_tool("weather", "Say more.", parameters)["function"]["description"] == "Say more."


def test_front_ends_with_the_same_tool_name_get_each_their_own_schema() -> None:
    first, second = (chat_tool("look", "Look.", schema(name)) for name in ("city", "town"))
    assert list(first["function"]["parameters"]["properties"]) == ["city"]
    assert list(second["function"]["parameters"]["properties"]) == ["town"]


def test_arguments_are_read_by_the_schema_of_their_own_tool() -> None:
    nothing: dict[str, Any] = {"type": "object", "properties": {}}
    for _ in range(2):
        assert given(nothing, {"unused": ""}) == {}
        assert given(schema("unused"), {"unused": ""}) == {"unused": ""}


def test_what_was_used_last_is_kept() -> None:
    kept = MadeOf[int]()
    schemas = [schema(str(number)) for number in range(MOST_KEPT + 1)]
    for number, one in enumerate(schemas[:-1]):
        kept.keep(number, one)
    assert kept.find(schemas[0]) == 0
    kept.keep(MOST_KEPT, schemas[-1])
    assert [kept.find(schemas[place]) for place in (0, 1, -1)] == [0, None, MOST_KEPT]
