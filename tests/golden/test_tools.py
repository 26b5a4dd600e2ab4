"""What the model sees of each tool: the same as before, or the same in fewer words."""

from typing import Any

import pytest

from brain.chat.notes import INSTRUCTIONS
from brain.chat.tools import chat_tool
from brain.tools.say import SAY_SPECS
from brain.tools.spec import ToolSpec
from brain.wiring import Wiring
from local.model.strict import broken
from tests.docs.test_docs import SET_UP
from tests.golden.text import compact, load

FIXED_CHARS = 14_000  # about 3,500 of 8,192 tokens
BEFORE: dict[str, Any] = load("tools")


def shown() -> dict[str, ToolSpec]:
    """Every tool of a deployment that has everything, by name."""
    tools = (tool.spec for tool in Wiring(SET_UP).services.tools.values())
    return {spec.name: spec for spec in (*SAY_SPECS, *tools)}


def running(spec: ToolSpec) -> dict[str, Any]:
    """How the tool may be run."""
    flags = ("foreign", "asks", "guarded", "client")
    raised = {flag: True for flag in flags if getattr(spec, flag)}
    return {"effect": spec.effect.value, "limit_s": spec.limit_s, **raised}


def wordless(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without its descriptions."""
    properties = schema["properties"].items()
    bare = {name: {k: v for k, v in one.items() if k != "description"} for name, one in properties}
    return {**schema, "properties": bare}


def words(description: str, schema: dict[str, Any]) -> list[str]:
    """The tool's description and those of its arguments."""
    return [description, *(one.get("description", "") for one in schema["properties"].values())]


def test_the_model_has_the_same_tools() -> None:
    assert set(shown()) == set(BEFORE)


@pytest.mark.parametrize("name", BEFORE)
def test_a_tool_takes_the_same_arguments_and_runs_the_same_way(name: str) -> None:
    spec, before = shown()[name], BEFORE[name]
    assert wordless(spec.parameters) == wordless(before["parameters"])
    assert list(spec.parameters["properties"]) == list(before["parameters"]["properties"])
    assert running(spec) == before["runs"]


@pytest.mark.parametrize("name", BEFORE)
def test_no_description_is_longer_than_before(name: str) -> None:
    spec, before = shown()[name], BEFORE[name]
    now = words(spec.description, spec.parameters)
    then = words(before["description"], before["parameters"])
    assert [bool(text) for text in now] == [bool(text) for text in then]
    assert [text for text, old in zip(now, then, strict=True) if len(text) > len(old)] == []


def test_tools_and_instructions_leave_more_than_half_of_a_small_window_to_the_talk() -> None:
    specs = shown().values()
    sent = [chat_tool(spec.name, spec.description, spec.parameters) for spec in specs]
    assert broken({"messages": [], "tools": sent}).keys() == {"one-system", "begins-with-user"}
    assert len(compact(sent)) + len(INSTRUCTIONS) <= FIXED_CHARS


def test_all_tools_together_are_no_longer_than_before() -> None:
    now = [[spec.description, spec.parameters] for spec in shown().values()]
    then = [[tool["description"], tool["parameters"]] for tool in BEFORE.values()]
    assert len(compact(now)) <= len(compact(then))
