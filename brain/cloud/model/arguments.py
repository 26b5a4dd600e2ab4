"""Reads the arguments of a tool call in the forms in which servers send them. Pure."""

import json
import re
from collections.abc import Mapping

from brain.cloud.model.values import NOTHING, as_text, encoded_object, parsed, parsed_from
from brain.codec import Json

_TOKEN = re.compile(r"\A<\|[a-z_]{1,20}\|>\Z")  # markup of the model's template
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def argument_piece(value: object) -> str:
    """Return a piece of arguments as JSON text; some servers send the object itself."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else as_text(value)


def is_object(text: str) -> bool:
    """Whether a text is a whole JSON object."""
    return text.rstrip().endswith("}") and isinstance(parsed(text), dict)


def is_whole(text: str) -> bool:
    """Whether arguments are complete."""
    return not text.strip() or parsed(text) is not NOTHING


def argument_texts(received: str) -> list[str]:
    """Return the arguments in a text: one JSON object, or several if it holds several calls.

    What cannot be read is returned as it is, and the model is told.
    """
    text = _without_tokens(received.strip())
    value = parsed(text) if text else None
    if value is None:
        return ["{}"]
    if isinstance(value, dict):
        return [text]
    if isinstance(value, str):
        inner = encoded_object(value)
        empty = not value.strip() or value.strip() == "null"
        return ["{}" if empty else text if inner is None else json.dumps(inner, ensure_ascii=False)]
    return _in_a_row(text) if value is NOTHING else [text]


def _without_tokens(text: str) -> str:
    while text.endswith("|>") and _TOKEN.match(text[(at := text.rfind("<|")) :]):
        text = text[:at].rstrip()
    return text


def _in_a_row(text: str) -> list[str]:
    """Return the objects that stand one after the other.

    An empty object before another one is a placeholder, and two equal objects are one.
    """
    found: list[tuple[object, str]] = []
    start = 0
    while start < len(text):
        value, end = parsed_from(text, start)
        given = encoded_object(value)
        if given is None:
            rest = text[start:]
            return [rest] if all(known == {} for known, _ in found) else [text]
        if not found or found[-1][0] != given:
            if found and found[-1][0] == {}:
                found.pop()
            found.append((given, json.dumps(given, ensure_ascii=False)))
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return [one for _, one in found]


def tool_name(name: str, offered: Mapping[str, object]) -> str:
    """Return the offered tool that a name means, without what cannot stand in a name.

    Models write `functions.find`, `find:0` or `find<|channel|>commentary`. An unknown name stays as
    it is.
    """
    if name in offered:
        return name
    return next((part for part in _NO_NAME.split(name) if part in offered), name)


def typed(text: str, schema: Json) -> object:
    """Return the value of an argument that is written as plain text in markup."""
    text = text.removeprefix("\n").removesuffix("\n")
    if schema.get("type", "string") == "string":
        return text
    value = parsed(text.strip())
    return text if value is NOTHING else value
