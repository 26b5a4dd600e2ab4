"""A model whose answers are scripted."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct

from brain.errors import (
    BrainError,
    ModelCut,
)
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt
from brain.tools.spec import ToolCall
from tests.fakes.requests import check_prompt


class Saying(Struct, kw_only=True):
    """A scripted answer of the model: the answer or the error, after `delay_s`."""

    answer: Answered | BrainError
    delay_s: float = 0.01


def calls(*named: tuple[str, str], delay_s: float = 0.01) -> Saying:
    """Return an answer that calls tools: pairs of name and JSON arguments."""
    made = tuple(
        ToolCall(id=f"c{i}", name=name, arguments=arguments)
        for i, (name, arguments) in enumerate(named)
    )
    return Saying(answer=Answered(text="", calls=made, tokens=10), delay_s=delay_s)


def words(text: str, delay_s: float = 0.01) -> Saying:
    """Return an answer in plain text."""
    return Saying(answer=Answered(text=text, calls=(), tokens=10), delay_s=delay_s)


class ScriptedModel:
    """Returns its answers one after the other, and keeps the prompts it received."""

    def __init__(self, sayings: Sequence[Saying]) -> None:
        self.sayings = list(sayings)
        self.prompts: list[Prompt] = []

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        check_prompt(prompt)
        saying = self.sayings[min(len(self.prompts), len(self.sayings) - 1)]
        self.prompts.append(prompt)
        if saying.delay_s > limit_s:
            await asyncio.sleep(limit_s)
            raise ModelCut("the limit", text="So far")
        await asyncio.sleep(saying.delay_s)
        if isinstance(saying.answer, BrainError):
            raise saying.answer
        if on_delta and saying.answer.text:
            on_delta(Delta(kind="content", text=saying.answer.text))
        return saying.answer
