"""Lets a mind end by its own tool instead of by words to a user.

The engine ends a run when the model says its last words. A mind has nobody to speak to: it is not
offered the tools that speak, and its own tool (`finish`, `fileReport`) counts as its last words.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from brain.codec import Json, dumps
from brain.run.journal import Answered
from brain.run.ports import Delta, Model, Prompt
from brain.tools.decoding import ArgumentsUnreadable, decode
from brain.tools.say import QUIT_SPEC, SAY_SPECS
from brain.tools.spec import ToolCall

SAYS = frozenset(spec.name for spec in SAY_SPECS)
NOTHING = "…"  # last words of a call without any: it will fail, and the run go on


class EndsByTool:
    """A model whose call of `tool` ends the run, with the text of its argument `field`."""

    def __init__(self, model: Model, *, tool: str, field: str) -> None:
        self._model = model
        self._tool = tool
        self._field = field

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        answer = await self._model.answer(without_says(prompt), limit_s=limit_s, on_delta=on_delta)
        ends = [call for call in answer.calls if call.name == self._tool]
        if not ends or any(call.name == QUIT_SPEC.name for call in answer.calls):
            return answer
        last = ends[-1]
        words = dumps({"message": self._words(last.arguments)})
        ending = ToolCall(id=f"{last.id}-end", name=QUIT_SPEC.name, arguments=words)
        return replace(answer, calls=(*answer.calls, ending))

    def _words(self, arguments: str) -> str:
        try:
            given = decode(arguments)
        except ArgumentsUnreadable:
            return NOTHING
        text = given.get(self._field) if isinstance(given, dict) else None
        return text if isinstance(text, str) and text.strip() else NOTHING


def without_says(prompt: Prompt) -> Prompt:
    """Return the prompt without the tools that speak, and without their calls and results."""

    def shorter(chars: int) -> Prompt | None:
        shrunk = prompt.shorter(chars)
        return None if shrunk is None else without_says(shrunk)

    return Prompt(
        messages=_unsaid(prompt.messages),
        tools=[tool for tool in prompt.tools if _name_of(tool) not in SAYS],
        shorter=shorter,
    )


def _name_of(tool: Mapping[str, Json]) -> str:
    return str(tool["function"]["name"])


def _unsaid(messages: Sequence[Json]) -> list[Json]:
    found: list[Json] = []
    hidden: set[str] = set()
    for line in messages:
        if line["role"] == "tool" and line["tool_call_id"] in hidden:
            continue
        says = [call for call in line.get("tool_calls") or () if _name_of(call) in SAYS]
        hidden |= {call["id"] for call in says}
        found.append(_without_calls(line, says) if says else line)
    return found


def _without_calls(line: Json, says: Sequence[Json]) -> Json:
    """Return an assistant's line without these calls. If none is left, it says what they said."""
    rest = [call for call in line["tool_calls"] if call not in says]
    if rest:
        return {**line, "tool_calls": rest}
    words = [_message_of(call) for call in says]
    text = "\n\n".join(part for part in (line.get("content") or "", *words) if part)
    plain = {name: value for name, value in line.items() if name != "tool_calls"}
    return {**plain, "content": text or NOTHING}


def _message_of(call: Json) -> str:
    try:
        given = decode(call["function"]["arguments"])
    except ArgumentsUnreadable:
        return ""
    return str(given.get("message") or "") if isinstance(given, dict) else ""
