"""What the scripted model makes of the messages it is shown."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from local.model.directions import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The request that is being worked on, and how far that is.

    `task` is what the user asked, `also` what they said while it was worked on. `turns` counts the
    answers given so far, `results` are those of its tool calls, by name, in order. `must_end`: the
    brain has said that this is the last answer.
    """

    task: str
    also: tuple[str, ...]
    turns: int
    results: tuple[tuple[str, str], ...]
    offered: frozenset[str]
    must_end: bool

    def result(self, name: str) -> str | None:
        """What the tool last gave, None if it has not been called."""
        return next((text for called, text in reversed(self.results) if called == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A place in a document, as searchDocuments tells it."""

    id: str
    title: str
    snippet: str


def read_scene(messages: Sequence[Json], tools: Sequence[Json]) -> Scene:
    """The part of the transcript after the last final answer, taken apart."""
    ends = [i for i in range(len(messages)) if _is_final(messages, i)]
    current = messages[ends[-1] + 1 :] if ends else messages
    answers = [i for i, message in enumerate(current) if message.get("tool_calls")]
    before = answers[0] if answers else len(current)
    asked = _said(current[:before])
    return Scene(
        task=asked[-1] if asked else "",
        also=(*asked[:-1], *_said(current[before:])),
        turns=len(answers),
        results=_results(current),
        offered=frozenset(str(_object(tool.get("function")).get("name")) for tool in tools),
        must_end=_must_end(messages),
    )


def passages(found: str) -> list[Passage] | None:
    """The passages in a result of searchDocuments; None if it has another form."""
    listed = fields(found).get("passages")
    if not isinstance(listed, list):
        return None
    return [
        Passage(
            id=str(item.get("id") or ""),
            title=str(item.get("title") or "A document"),
            snippet=re.sub(r"</?\w+>|\*\*", "", str(item.get("snippet") or "")),
        )
        for item in listed
        if isinstance(item, dict)
    ]


def fields(text: str) -> Json:
    """The JSON object in a text, which may stand between other words; empty if there is none."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        return _object(json.loads(text[begin : end + 1]))
    except ValueError:
        return {}


def _is_final(messages: Sequence[Json], i: int) -> bool:
    """Whether the assistant ended there: plain text that was not cut off, or a quit."""
    message = messages[i]
    if message.get("role") != "assistant":
        return False
    if calls := message.get("tool_calls"):
        return any(call["function"]["name"] == "sayToUserAndQuit" for call in calls)
    after = messages[i + 1] if i + 1 < len(messages) else {}
    return not (after.get("role") == "system" and "cut off" in str(after.get("content")))


def _must_end(messages: Sequence[Json]) -> bool:
    last = messages[-1] if messages else {}
    return last.get("role") == "system" and "last loop" in str(last.get("content"))


def _said(messages: Sequence[Json]) -> tuple[str, ...]:
    """What the user said, without gaps and repetitions."""
    texts = [str(m.get("content") or "").strip() for m in messages if m.get("role") == "user"]
    return tuple(dict.fromkeys(text for text in texts if text))


def _results(messages: Sequence[Json]) -> tuple[tuple[str, str], ...]:
    names = {
        call["id"]: call["function"]["name"]
        for message in messages
        for call in message.get("tool_calls") or ()
    }
    return tuple(
        (names[message["tool_call_id"]], str(message.get("content") or ""))
        for message in messages
        if message.get("role") == "tool" and message.get("tool_call_id") in names
    )


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
