"""Reads arguments of nearly the right type, where the schema leaves only one reading.

Models write "5" for 5, "true" for true, null for an argument that they leave out, and one item for
a list of it. Refusing such a call costs a request to the model and teaches it nothing. A value that
fits the schema is never changed, except that 5.0 becomes 5 for an integer.
"""

import re
from collections.abc import Callable
from typing import Any

from brain.codec import Json
from brain.tools.decoding import ArgumentsUnreadable, decode

NOTHING = ("null", "none", "")  # texts for a value that is not there, in lower case

_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0{1,15})?")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")


def fitted(schema: Json, arguments: Any, *, acts: bool = False) -> Any:
    """Return the arguments with values of the right type where only one reading is possible.

    `acts`: the tool acts on the outside world. Its recipients, addresses and texts are taken as
    they are or refused, so only a null for an optional argument is left out. `schema` is one of our
    own.
    """
    if _is_nothing(arguments):
        arguments = {}
    return _object(schema, arguments, acts=acts)


def _object(schema: Json, given: Any, *, acts: bool = False) -> Any:
    if not isinstance(given, dict):
        return given
    properties, required = schema.get("properties", {}), schema.get("required", ())
    found: Json = {}
    for name, value in given.items():
        wanted = properties.get(name, {})
        is_optional = name in properties and name not in required
        if is_optional and _is_left_out(wanted, value, acts=acts):
            continue
        found[name] = value if acts else _value(wanted, value)
    return found


def _is_left_out(schema: Json, value: Any, *, acts: bool) -> bool:
    """Whether an optional argument is given as nothing. A text may be the word "null"."""
    types = _types(schema)
    if value is None:
        return "null" not in types
    is_text = "string" in types and value in schema.get("enum", (value,))
    return not (acts or is_text) and _is_nothing(value)


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in NOTHING)


def _value(schema: Json, given: Any) -> Any:
    """Return the value in the first of the schema's types that it can be read as."""
    types = _types(schema)
    if "string" in types and isinstance(given, str):
        return given
    for name in types:
        if (read := _READERS.get(name)) is not None:
            given = read(schema, given)
    return given


def _whole(_: Json, given: Any) -> Any:
    if isinstance(given, str) and _WHOLE.fullmatch(given.strip()):
        return int(float(given))
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _number(_: Json, given: Any) -> Any:
    if isinstance(given, str) and _NUMBER.fullmatch(given.strip()):
        return float(given)
    return given


def _truth(_: Json, given: Any) -> Any:
    words = {"true": True, "false": False}
    return words.get(given.strip().lower(), given) if isinstance(given, str) else given


def _list(schema: Json, given: Any) -> Any:
    """Return a list. A text that is a JSON list is that list; any other value is its one item."""
    items = schema.get("items", {})
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = decode(given)
        except ArgumentsUnreadable:
            return given
    if not isinstance(given, list):
        given = [given]
    return [_value(items, one) for one in given]


_READERS: dict[str, Callable[[Json, Any], Any]] = {
    "integer": _whole,
    "number": _number,
    "boolean": _truth,
    "array": _list,
    "object": _object,
}


def _types(schema: Json) -> tuple[str, ...]:
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)
