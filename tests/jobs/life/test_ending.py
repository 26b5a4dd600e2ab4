"""A mind that ends by its own tool: what its model is shown, and what the engine gets."""

import asyncio
from collections.abc import Callable, Sequence

from brain.codec import Json
from brain.jobs.life.ending import EndsByTool, without_says
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt
from brain.tools.spec import ToolCall


class OneAnswer:
    """A model with one answer."""

    def __init__(self, *calls: ToolCall) -> None:
        self.answer_to_all = Answered(text="", calls=calls)

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        return self.answer_to_all


def answered(*calls: ToolCall) -> Sequence[ToolCall]:
    model = EndsByTool(OneAnswer(*calls), tool="finish", field="result")
    made = asyncio.run(model.answer(Prompt(messages=[], tools=[]), limit_s=1))
    return made.calls


def tool(name: str) -> Json:
    return {"type": "function", "function": {"name": name}}


def called(*named: tuple[str, str, str], content: str | None = None) -> Json:
    calls = [
        {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for id, name, arguments in named
    ]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def result(id: str) -> Json:
    return {"role": "tool", "tool_call_id": id, "content": "ok"}


def test_a_finish_ends_the_run_with_its_result_as_last_words() -> None:
    calls = answered(ToolCall(id="a", name="finish", arguments='{"result": "All."}'))
    assert [(call.id, call.name) for call in calls] == [
        ("a", "finish"),
        ("a-end", "sayToUserAndQuit"),
    ]
    assert calls[1].arguments == '{"message":"All."}'


def test_a_finish_that_cannot_be_read_ends_with_words_too() -> None:
    calls = answered(ToolCall(id="a", name="finish", arguments='{"result'))
    assert calls[1].arguments == '{"message":"…"}'


def test_other_calls_stay_as_they_are() -> None:
    call = ToolCall(id="a", name="searchWeb", arguments="{}")
    assert answered(call) == (call,)


def test_the_tools_that_speak_are_not_offered() -> None:
    tools = [tool("sayToUserAndContinue"), tool("sayToUserAndQuit"), tool("finish")]
    prompt = without_says(Prompt(messages=[], tools=tools, shorter=lambda _: None))
    assert list(prompt.tools) == [tool("finish")]
    assert prompt.shorter(10) is None


def test_their_calls_and_results_are_not_shown() -> None:
    end = ("b", "sayToUserAndQuit", '{"message": "All."}')
    messages = [called(("a", "finish", "{}"), end), result("a"), result("b")]
    prompt = without_says(Prompt(messages=messages, tools=[]))
    assert list(prompt.messages) == [called(("a", "finish", "{}")), result("a")]


def test_what_was_said_without_being_offered_is_shown_as_text() -> None:
    say = ("b", "sayToUserAndContinue", '{"message": "One moment."}')
    messages = [called(say, content="Hm."), result("b")]
    prompt = without_says(Prompt(messages=messages, tools=[]))
    assert list(prompt.messages) == [{"role": "assistant", "content": "Hm.\n\nOne moment."}]


def test_a_shorter_prompt_is_without_them_as_well() -> None:
    whole = Prompt(messages=[], tools=[tool("sayToUserAndQuit")])
    longer = Prompt(messages=[], tools=[tool("sayToUserAndQuit")], shorter=lambda _: whole)
    shorter = without_says(longer).shorter(10)
    assert shorter is not None
    assert list(shorter.tools) == []
