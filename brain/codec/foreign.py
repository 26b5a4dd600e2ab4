"""Decodes JSON that others wrote: bodies, frames, and a model's arguments.

`json.loads` accepts more than the rest of the code can bear: NaN, keys that occur twice, lone
surrogates, and nesting that ends in a RecursionError. Here each of these is refused in words.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

MOST_DEPTH = 64  # objects and lists within each other
MOST_DIGITS = 400  # of a number; Python refuses to parse integers of more than 4,300

TOO_DEEP = f"is nested too deeply (at most {MOST_DEPTH} levels)"
NO_NUMBER = "contains a number that JSON does not have (NaN or Infinity)"
TOO_LARGE = "contains a number that is too large"
TWICE = "contains an object with the same key twice"
BAD_KEY = "contains a key that is not valid Unicode"


class NotJson(ValueError):
    """The text is not JSON at all."""


class NotUsable(ValueError):
    """The text is JSON, or nearly, but cannot be used. The text of the error says why, in words."""


def decoded(raw: str | bytes) -> Any:
    """Decode JSON. A lone surrogate in a value becomes U+FFFD. Raises NotJson, NotUsable.

    Neither error quotes anything of the text.
    """
    try:
        value = json.loads(
            raw,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
        return _usable(value)
    except NotUsable:
        raise
    except RecursionError:
        raise NotUsable(TOO_DEEP) from None
    except ValueError:  # of the syntax, or of the encoding
        raise NotJson("not JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotUsable(TWICE)
    return found


def _constant(name: str) -> NoReturn:
    raise NotUsable(NO_NUMBER)


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise NotUsable(TOO_LARGE)
    return number


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise NotUsable(TOO_LARGE)
    return int(text)


def _usable(value: Any) -> Any:
    """Check depth and keys, and replace lone surrogates, level by level without recursion."""
    top = [value]
    level: list[Any] = [top]
    for _ in range(MOST_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return top[0]
    raise NotUsable(TOO_DEEP)


def _inside(outer: Any) -> Iterator[Any]:
    """Replace the texts in an object or a list, and yield the objects and lists in it."""
    is_object = isinstance(outer, dict)
    for place, value in list(outer.items() if is_object else enumerate(outer)):
        if is_object and _is_broken(place):
            raise NotUsable(BAD_KEY)
        if isinstance(value, str) and _is_broken(value):
            outer[place] = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        elif isinstance(value, dict | list):
            yield value


def _is_broken(text: str) -> bool:
    """Whether the text contains a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
