"""Reads the current state of a request from the messages that the scripted model receives."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from local.model.directions import Json

WAITING = "The user was asked."  # begins the result of a call that waits for the user's yes
OPEN = "[Your question above about"  # begins the note about it
BRIDGE = "I have the results."  # stands between tool results and a text that joined

# Ends each text of the user, in their own time.
_TIME = re.compile(r"\n\[It is \w+, \d{4}-\d\d-\d\d \d\d:\d\d [^\]\n]{1,80}\]")
_NOW = re.compile(r"\n\[It is \w+, (\d{4}-\d\d-\d\d \d\d:\d\d) [^\]\n]{1,80}\]")
_NOTE = re.compile(r"(?:^|\n\n)\[(?:An|Go|The|This|Your)\b.*?\](?=\n\n|$)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The current request and its progress.

    `task` is the user's request, `also` what the user said while it was in progress, `before` their
    last text before it, `earlier` all of them. `turns` counts the answers given so far. `results`
    are the results of its tool calls, by name and in order. `must_end`: the brain has announced
    that this is the last answer. `now` is the user's wall-clock time. `is_asked`: a question of the
    brain waits for an answer.
    """

    task: str
    also: tuple[str, ...]
    turns: int
    results: tuple[tuple[str, str], ...]
    offered: frozenset[str]
    must_end: bool
    before: str = ""
    earlier: tuple[str, ...] = ()
    is_asked: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))

    def result(self, name: str) -> str | None:
        """Return the latest result of the tool; None if it has not been called."""
        return next((text for called, text in reversed(self.results) if called == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A passage of a document, as searchDocuments returns it."""

    id: str
    title: str
    snippet: str


def read_scene(messages: Sequence[Json], tools: Sequence[Json]) -> Scene:
    """Parse the part of the transcript after the last final answer."""
    ends = [i for i in range(len(messages)) if _is_final(messages, i)]
    current = messages[ends[-1] + 1 :] if ends else messages
    answers = [i for i, message in enumerate(current) if message.get("tool_calls")]
    before = answers[0] if answers else len(current)
    asked = _said(current[:before])
    earlier = _said(messages[: ends[-1] + 1]) if ends else ()
    scene = Scene(
        task=asked[-1] if asked else "",
        also=(*asked[:-1], *_said(current[before:])),
        turns=len(answers),
        results=_results(current),
        offered=frozenset(str(_object(tool.get("function")).get("name")) for tool in tools),
        must_end=_must_end(messages),
        before=earlier[-1] if earlier else "",
        earlier=earlier,
        is_asked=any(OPEN in str(m.get("content")) for m in current if m.get("role") == "user"),
    )
    times = [time for m in messages if m.get("role") == "user" for time in _times(m)]
    return replace(scene, now=times[-1]) if times else scene


def _times(message: Json) -> list[datetime]:
    found = _NOW.findall(str(message.get("content") or ""))
    return [datetime.fromisoformat(time) for time in found]


def passages(found: str) -> list[Passage] | None:
    """Return the passages in a result of searchDocuments; None if it has another form."""
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
    """Return the JSON object in a text, which may have other words around it; empty if there is
    none.
    """
    begin, end = text.find("{"), text.rfind("}")
    try:
        return _object(json.loads(text[begin : end + 1]))
    except ValueError:
        return {}


def _is_final(messages: Sequence[Json], i: int) -> bool:
    """Return whether this message ended an answer: plain text that was not cut off, or a quit.

    A question and the words before a text that joined also follow tool results, and end nothing.
    """
    message = messages[i]
    if message.get("role") != "assistant":
        return False
    if calls := message.get("tool_calls"):
        return any(call["function"]["name"] == "sayToUserAndQuit" for call in calls)
    before, after = messages[i - 1] if i else {}, messages[i + 1] if i + 1 < len(messages) else {}
    is_question = before.get("role") == "tool" and str(before.get("content")).startswith(WAITING)
    is_cut_off = "cut off the end of your last answer" in str(after.get("content"))
    return not (is_question or is_cut_off or message.get("content") == BRIDGE)


def _must_end(messages: Sequence[Json]) -> bool:
    last = messages[-1] if messages else {}
    return last.get("role") == "user" and "[This is your last loop" in str(last.get("content"))


def _said(messages: Sequence[Json]) -> tuple[str, ...]:
    """Return the user's texts, without notes, empty ones and repetitions."""
    said = [str(m.get("content") or "") for m in messages if m.get("role") == "user"]
    texts = [_NOTE.sub("", part).strip() for text in said for part in _TIME.split(text)]
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
