"""Arguments that no tool can use: the call fails with a reason, and the run goes on."""

import json
from typing import Any

import pytest

from brain.chat.results import BAD_ARGUMENTS
from brain.run.journal import Answered, Returned
from brain.run.limits import Limits
from brain.run.step import judge
from brain.tools.decoding import MAX_BYTES, MAX_DEPTH, ArgumentsUnreadable, decode
from brain.tools.say import QUIT_SPEC, SAY_SPECS
from brain.tools.spec import ClientTool, Effect, ToolCall, ToolSpec
from brain.wiring import Wiring
from tests.docs.test_docs import SET_UP
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls
from tests.fakes.tools import NoteTool
from tests.fakes.world import World


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


BAD = {
    '{"a"': "not valid JSON",
    nested(MAX_DEPTH + 1): "nested too deeply",
    "[" * 200_000: "nested too deeply",
    '{"a":"\\ud800"}': "invalid characters",
    '{"a":"\ud800"}': "invalid characters",
    '{"\\udfff":1}': "invalid characters",
    '{"a":[{"b":"\\ud83d"}]}': "invalid characters",
    '{"a":NaN}': "NaN",
    '{"a":-Infinity}': "-Infinity",
    '{"a":1e999}': "too large",
    '{"a":' + "9" * 5_000 + "}": "too large",
    '{"a":1,"a":2}': "'a' twice",
    '{"b":{"a":1,"\\u0061":2}}': "'a' twice",
    '{"a":"' + "x" * MAX_BYTES + '"}': "longer than 256 KiB",
    '{"a":"' + "é" * (MAX_BYTES // 2) + '"}': "longer than 256 KiB",
}


def every_tool() -> dict[str, ToolSpec]:
    """Every tool of a deployment that has everything, and one of a front end."""
    tools = (tool.spec for tool in Wiring(SET_UP).services.tools.values())
    place = ClientTool(name="place", description="", parameters={"type": "object"}).spec
    return {spec.name: spec for spec in (*SAY_SPECS, *tools, place)}


def said(name: str, arguments: str) -> Answered:
    return Answered(text="", calls=(ToolCall(id="c0", name=name, arguments=arguments),))


@pytest.mark.parametrize(("text", "reason"), BAD.items(), ids=range(len(BAD)))
def test_what_cannot_be_decoded_has_a_reason_in_plain_words(text: str, reason: str) -> None:
    with pytest.raises(ArgumentsUnreadable) as refusal:
        decode(text)
    assert reason in str(refusal.value)
    str(refusal.value).encode()  # the reason can be stored


@pytest.mark.parametrize("value", [{"a": "é \U0001f600 \x00"}, [1, 2.5, None, True], 10**300])
def test_what_can_be_decoded_is_the_value_itself(value: Any) -> None:
    assert decode(json.dumps(value)) == value


def test_an_empty_text_and_the_deepest_value_are_decoded() -> None:
    assert decode("") == {}
    assert decode(nested(MAX_DEPTH - 1))["a"]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_every_tool_refuses_what_cannot_be_decoded(text: str) -> None:
    specs = every_tool()
    for name in specs:
        verdict = judge(said(name, text), specs, heard=True, limits=Limits())
        assert [one.failed for one in verdict.returned] == [True], name
        assert verdict.returned[0].text.startswith(BAD_ARGUMENTS), name
        assert not verdict.work, name
        assert not verdict.quit, name


@in_virtual_time
async def test_the_run_goes_on_after_a_call_that_cannot_be_decoded() -> None:
    quit = (QUIT_SPEC.name, '{"message":"It did not work."}')
    tool = NoteTool(Effect.REPEATS)
    for text in BAD:
        world = World([calls(("note", text)), calls(quit)], tools=[tool])
        outcome = await world.ask("Hi")
        assert outcome.message is not None
        assert outcome.message.text == "It did not work."
        assert any(BAD_ARGUMENTS in (m["content"] or "") for m in world.model.prompts[1].messages)
    assert tool.notes == []


def test_a_result_of_bad_arguments_names_the_call() -> None:
    verdict = judge(said("remember", "{"), every_tool(), heard=True, limits=Limits())
    assert isinstance(verdict.returned[0], Returned)
    assert verdict.returned[0].tool_call_id == "c0"
