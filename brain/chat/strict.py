"""Brings chat messages into the form that the strictest servers and chat templates accept.

Each server takes a part of the chat completions format. This form is the part that all of them
take: one system message at the beginning, then user and assistant in turns, beginning and ending
with the user or with tool results. The rules with their names are in the tests.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from brain.chat.calls import legal_name, object_text
from brain.codec import Json

BRIDGE = "I have the results."  # the assistant's, between tool results and what the user says
SPOKE_FIRST = "[The assistant spoke first.]"
GO_ON = "[Go on.]"
NO_RESULT = "No result."
EMPTY_RESULT = "The result is empty."
CARRIED = "carried"  # a key of an assistant message that is passed on unchanged


def system_line(text: str) -> Json:
    """Return a line of the instructions."""
    return {"role": "system", "content": text}


def user_line(text: str) -> Json:
    """Return a line of the user."""
    return {"role": "user", "content": text}


def assistant_line(text: str) -> Json:
    """Return a line of the assistant."""
    return {"role": "assistant", "content": text}


def calling_line(text: str, calls: Iterable[tuple[str, str, str]]) -> Json:
    """Return a line of the assistant that calls tools: each by id, name and arguments as text."""
    listed = [
        {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for id, name, arguments in calls
    ]
    return {**assistant_line(text), **({"tool_calls": listed} if listed else {})}


def note(text: str) -> str:
    """Return a note to the model in a user message: it is not the user's own."""
    return f"[{text}]"


def strict(lines: Sequence[Json]) -> list[Json]:
    """Return the chat messages of these lines.

    The lines are chat messages in the order in which things happened. Texts of one side may follow
    each other, results may stand anywhere before the next answer, texts may be blank. System lines
    at the beginning become one message, later ones become notes in a user message.
    """
    head = list(takewhile(lambda line: line["role"] == "system", lines))
    told: list[Json] = []
    for line in _with_results(lines[len(head) :]):
        _tell(told, line)
    if not told or told[-1]["role"] == "assistant":
        _tell(told, user_line(GO_ON))
    return [system_line(_joined(line["content"] for line in head)), *told]


def _with_results(lines: Sequence[Json]) -> Iterable[Json]:
    """Yield the lines with the results of each answer right after it, in the order of its calls."""
    for i, line in enumerate(lines):
        if line["role"] == "tool":
            continue
        yield line
        if calls := line.get("tool_calls"):
            later = takewhile(lambda other: not other.get("tool_calls"), lines[i + 1 :])
            found = {one["tool_call_id"]: one["content"] for one in later if one["role"] == "tool"}
            for call in calls:
                text = found.get(call["id"], NO_RESULT)
                content = text if text.strip() else EMPTY_RESULT
                yield {"role": "tool", "tool_call_id": call["id"], "content": content}


def _tell(told: list[Json], line: Json) -> None:
    """Add a line in its turn."""
    match line:
        case {"role": "tool"}:
            told.append(line)
        case {"role": "assistant", "tool_calls": [_, *_]}:
            _begin_with_user(told)
            told.append(_calling(line, before=_take_text(told)))
        case {"content": str(text)} if not text.strip():
            pass
        case {"role": "assistant"}:
            _begin_with_user(told)
            _say(told, {key: line[key] for key in ("role", "content", CARRIED) if key in line})
        case {"role": "user", "content": text}:
            _ask(told, text)
        case {"content": text}:
            _ask(told, note(text))


def _begin_with_user(told: list[Json]) -> None:
    if not told:
        told.append(user_line(SPOKE_FIRST))


def _ask(told: list[Json], text: str) -> None:
    if told and told[-1]["role"] == "tool":
        told.append(assistant_line(BRIDGE))
    _say(told, user_line(text))


def _say(told: list[Json], line: Json) -> None:
    """Add a text; to the last message if it is of the same side."""
    if told and told[-1]["role"] == line["role"]:
        text = _joined((told[-1]["content"], line["content"]))
        told[-1] = {"role": line["role"], "content": text}
    else:
        told.append(line)


def _take_text(told: list[Json]) -> str:
    """Remove a text of the assistant at the end and return it: it belongs to the calls after it."""
    last = told[-1]
    return str(told.pop()["content"]) if last["role"] == "assistant" else ""


def _calling(line: Json, *, before: str) -> Json:
    text = _joined((before, line["content"] or ""))
    kept = {CARRIED: line[CARRIED]} if CARRIED in line else {}
    calls = [_call(call) for call in line["tool_calls"]]
    return {"role": "assistant", "content": text or None, "tool_calls": calls, **kept}


def _call(call: Json) -> Json:
    function = call["function"]
    name, arguments = legal_name(function["name"]), object_text(function["arguments"])
    return {
        "id": call["id"],
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _joined(texts: Iterable[str]) -> str:
    """Join texts with an empty line between them, without blank ones."""
    return "\n\n".join(text for text in texts if text.strip())
