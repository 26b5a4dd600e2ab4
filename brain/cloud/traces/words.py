"""What was said to models and by them, as attributes of spans. Only with BRAIN_TRACE_TEXTS=1. Pure.

The form is that of the conventions for generative AI: messages with parts, as JSON.
"""

import json
from collections.abc import Sequence

from brain.cloud.traces.model import Attributes
from brain.codec import Json, dumps
from brain.run.journal import Answered
from brain.run.ports import Prompt

MOST_CHARS = 20_000  # of one text
MOST_SENT = 200_000  # characters of the texts of one request; the newest are sent


def input_texts(prompt: Prompt) -> Attributes:
    """Return the texts of a request."""
    system = [_text(each) for each in prompt.messages if each.get("role") == "system"]
    lines: list[Json] = []
    left = MOST_SENT
    for message in reversed([each for each in prompt.messages if each.get("role") != "system"]):
        line = _line(message)
        left -= len(dumps(line))
        if left < 0:
            break
        lines.insert(0, line)
    return {
        "gen_ai.system_instructions": _listed([_part(text) for text in system]),
        "gen_ai.input.messages": _listed(lines),
    }


def output_texts(answer: Answered) -> Attributes:
    """Return the texts of an answer."""
    parts = [_part(answer.text)] if answer.text else []
    parts += [_call(call.id, call.name, call.arguments) for call in answer.calls]
    reason = "tool_call" if answer.calls else "stop"
    line = {"role": "assistant", "parts": parts, "finish_reason": reason}
    return {"gen_ai.output.messages": _listed([line])}


def shortened(text: str) -> str:
    """Return the beginning of a text."""
    return text[:MOST_CHARS]


def _listed(parts: Sequence[Json]) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _line(message: Json) -> Json:
    parts: list[Json] = []
    if message.get("role") == "tool":
        id, text = message.get("tool_call_id"), _text(message)
        parts.append({"type": "tool_call_response", "id": id, "response": shortened(text)})
    elif text := _text(message):
        parts.append(_part(text))
    for call in message.get("tool_calls") or ():
        of = call.get("function") or {}
        parts.append(_call(call.get("id", ""), of.get("name", ""), of.get("arguments", "")))
    return {"role": message.get("role", ""), "parts": parts}


def _text(message: Json) -> str:
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(str(part.get("text", "")) for part in content)
    return content or ""


def _part(text: str) -> Json:
    return {"type": "text", "content": shortened(text)}


def _call(id: str, name: str, arguments: str) -> Json:
    return {"type": "tool_call", "id": id, "name": name, "arguments": shortened(arguments)}
