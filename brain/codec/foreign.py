"""Decodes JSON that others wrote: bodies, frames, and a model's arguments.

`json.loads` accepts more than the rest of the code can bear: NaN, keys that occur twice, lone
surrogates, and nesting that ends in a RecursionError. Here each of these is refused in words.
"""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

MOST_DEPTH = 64  # objects and lists within each other
MOST_DIGITS = 400  # of a number; Python refuses to parse integers of more than 4,300

TOO_DEEP = f"is nested too deeply (at most {MOST_DEPTH} levels)"
NO_NUMBER = "contains a number that JSON does not have (NaN or Infinity)"
TOO_LARGE = "contains a number that is too large"
TWICE = "contains an object with the same key twice"
BAD_KEY = "contains a key that is not valid Unicode"
BAD_TEXT = "contains a text that is not valid Unicode"


class NotJson(ValueError):
    """The text is not JSON at all. `where` is the place of the fault, in the parser's words."""

    def __init__(self, where: str = "") -> None:
        super().__init__("not JSON")
        self.where = where


class NotUsable(ValueError):
    """The text is JSON, or nearly, but cannot be used. `reason` is one of the reasons above.

    `quote` is the key or the word at fault. The error's own text does not contain it.
    """

    def __init__(self, reason: str, quote: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.quote = quote


def decoded(raw: str | bytes, *, mends: bool = True) -> Any:
    """Decode JSON. Raises NotJson, NotUsable, whose texts quote nothing of what is decoded.

    A lone surrogate in a value becomes U+FFFD. Without `mends` it is refused.
    """
    try:
        return usable(_DECODER.decode(_text(raw)), mends=mends)
    except NotUsable:
        raise
    except RecursionError:
        raise NotUsable(TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise NotJson(str(error)) from None
    except ValueError:  # of the encoding
        raise NotJson from None


def _text(raw: str | bytes) -> str:
    """Return the text as `json.loads` would read it. Raises JSONDecodeError, UnicodeDecodeError."""
    if isinstance(raw, bytes):
        return raw.decode(json.detect_encoding(raw), "surrogatepass")
    if raw.startswith("\ufeff"):
        raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", raw, 0)
    return raw


def usable(value: Any, *, mends: bool = False) -> Any:
    """Return a decoded value if JSON can express it and it is not nested too deeply.

    Raises NotUsable. With `mends`, lone surrogates in the value itself are replaced.
    """
    top = [value]
    level: list[Any] = [top]
    for _ in range(MOST_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer, mends=mends)]
        if not level:
            return top[0]
    raise NotUsable(TOO_DEEP)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotUsable(TWICE, name)
        found[name] = value
    return found


def _constant(name: str) -> NoReturn:
    raise NotUsable(NO_NUMBER, name)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotUsable(TOO_LARGE)
    return number


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise NotUsable(TOO_LARGE)
    return int(text)


_DECODER = json.JSONDecoder(  # made once: `json.loads` would make one for each text
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
)


def _inside(outer: Any, *, mends: bool) -> Iterator[Any]:
    """Check what is in an object or a list, and yield the objects and lists in it."""
    is_object = isinstance(outer, dict)
    for place, value in list(outer.items() if is_object else enumerate(outer)):
        if is_object and _is_broken(place):
            raise NotUsable(BAD_KEY)
        if isinstance(value, str) and _is_broken(value):
            if not mends:
                raise NotUsable(BAD_TEXT)
            outer[place] = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        elif isinstance(value, float) and not math.isfinite(value):
            raise NotUsable(TOO_LARGE)
        elif isinstance(value, dict | list):
            yield value


def _is_broken(text: str) -> bool:
    """Whether the text contains a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
