"""Reads values of any JSON: a value of an unexpected type counts as missing. Pure."""

import json
from typing import Final

from brain.codec import Json

NOTHING: Final = object()  # what `parsed` returns for a text that is not JSON
MOST_DECODINGS = 3  # JSON in a JSON string, and once more


def parsed(text: str) -> object:
    """Return the value of a JSON text; NOTHING if it is not JSON or nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOTHING


def parsed_from(text: str, start: int) -> tuple[object, int]:
    """Return the JSON value at `start` and its end; NOTHING if the text there is not JSON."""
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return NOTHING, start


def encoded_object(value: object) -> Json | None:
    """Return an object that is given as such, or as JSON text of it; None if it is neither."""
    for _ in range(MOST_DECODINGS):
        if not isinstance(value, str):
            break
        value = parsed(value.strip())
    return value if isinstance(value, dict) else None


def as_object(value: object) -> Json:
    """Return an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Json]:
    """Return the objects in a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a text; some servers send it as a list of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(
            part if isinstance(part, str) else as_text(as_object(part).get("text"))
            for part in value
        )
    return ""


def as_index(value: object) -> int | None:
    """Return an index; some servers send it as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 9:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
