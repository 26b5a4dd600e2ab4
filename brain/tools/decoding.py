"""Decodes the arguments of a tool call: the only place that turns a model's text into values.

A model can write anything. What is returned can be stored, compared and sent on as JSON.
"""

import json
import math
from typing import Any, NoReturn

from brain.codec import Json

MAX_BYTES = 256 * 1024  # of the JSON text; a long document has 100,000 characters
MAX_DEPTH = 64  # nested objects and lists
MAX_NAME_CHARS = 40  # of a name in an error message


class ArgumentsUnreadable(ValueError):
    """The arguments cannot be decoded. The text is for the model."""


def decode(text: str) -> Any:
    """Return the value of a call's arguments. An empty text stands for no arguments.

    Raises ArgumentsUnreadable for text that is not JSON, that is too long or nested too deeply, and
    for what JSON cannot express: lone surrogates, NaN, infinity, the same name twice in an object.
    """
    try:
        if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
            raise ArgumentsUnreadable(f"they are longer than {MAX_BYTES // 1024} KiB")
        value = json.loads(text or "{}", object_pairs_hook=_object, parse_constant=_no_number)
    except RecursionError:
        raise ArgumentsUnreadable("they are nested too deeply") from None
    except UnicodeError:
        raise ArgumentsUnreadable("they contain invalid characters") from None
    except json.JSONDecodeError as error:
        raise ArgumentsUnreadable(f"they are not valid JSON: {error}") from None
    except ArgumentsUnreadable:
        raise
    except ValueError:  # a number with thousands of digits
        raise ArgumentsUnreadable("they contain a number that is too large") from None
    return checked(value)


def checked(value: Any) -> Any:
    """Return the value if JSON can express it and it is not nested too deeply.

    Raises ArgumentsUnreadable.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        for one in level:
            _check_plain(one)
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise ArgumentsUnreadable("they are nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found: Json = {}
    for name, value in pairs:
        if name in found:
            quoted = ascii(name[:MAX_NAME_CHARS])
            raise ArgumentsUnreadable(f"they contain the name {quoted} twice in one object")
        found[name] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise ArgumentsUnreadable(f"they contain {name}, which is not a number in JSON")


def _check_plain(value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeError:
            raise ArgumentsUnreadable("they contain invalid characters") from None
    elif isinstance(value, float) and not math.isfinite(value):
        raise ArgumentsUnreadable("they contain a number that is too large")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []
