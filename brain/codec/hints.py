"""Converts values to JSON and back, according to their type.

| type | JSON |
|---|---|
| str, bool, int, float, Json, Literal | unchanged |
| an Enum | its value |
| datetime | `2026-01-31T12:00:00.000Z` |
| time | `22:30` |
| `tuple[X, ...]` | a list |
| `X | None` | null for None |
| a struct | an object |
"""

from collections.abc import Callable
from datetime import datetime, time
from enum import Enum
from functools import partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

from msgspec import Struct

from brain.codec.marks import AS_TEXT, EMPTY_AS_NULL, MILLISECONDS, WRITTEN_ONLY
from brain.codec.text import iso, iso_ms

type Turned = Callable[[Any], Any]
type Nested = Callable[[type], tuple[Turned, Turned]]  # a struct -> its write and read

SCALARS: tuple[type, ...] = (str, bool, int, float)


def plain(hint: Any) -> tuple[Any, frozenset[Any]]:
    """Split a type into the type itself and its marks."""
    marks: frozenset[Any] = frozenset()
    while True:
        if isinstance(hint, TypeAliasType):
            hint = hint.__value__
        elif get_origin(hint) is Annotated:
            marks |= frozenset(hint.__metadata__)
            hint = hint.__origin__
        else:
            return hint, marks


def optional(hint: Any) -> Any:
    """Return X of `X | None`, and None for any other type."""
    if get_origin(hint) not in (Union, UnionType):
        return None
    inner = [one for one in get_args(hint) if one is not NoneType]
    if len(inner) != 1:
        raise TypeError(f"{hint} has no form")
    return inner[0]


def verbatim(hint: Any) -> frozenset[type]:
    """Return the types of JSON values that need no conversion when they are read."""
    kind, marks = plain(hint)
    if marks & WRITTEN_ONLY:
        return frozenset()
    if inner := optional(kind):
        return verbatim(inner) | {NoneType}
    kind = get_origin(kind) or kind
    return frozenset({kind} if kind in SCALARS or kind is dict else ())


def conversions(hint: Any, nested: Nested) -> tuple[Turned | None, Turned]:
    """Return the functions that write and read a value of this type. None: write it unchanged.

    The function that reads raises KeyError, TypeError, ValueError.
    """
    kind, marks = plain(hint)
    if inner := optional(kind):
        return _optional(*conversions(Annotated[inner, *marks] if marks else inner, nested))
    if only := marks & WRITTEN_ONLY:
        return _ONLY_WRITTEN[next(iter(only))], _unread
    origin = get_origin(kind)
    if origin is tuple:
        return _listed(*conversions(get_args(kind)[0], nested))
    if origin is Literal:
        return None, partial(_one_of, get_args(kind))
    if origin is dict or kind in SCALARS:
        return None, partial(_exactly, origin or kind)
    return _of_class(kind, nested)


def _of_class(kind: type, nested: Nested) -> tuple[Turned, Turned]:
    if kind is datetime:
        return iso, datetime.fromisoformat
    if kind is time:
        return "{:%H:%M}".format, time.fromisoformat
    if issubclass(kind, Struct):
        return nested(kind)
    if issubclass(kind, Enum):
        return attrgetter("_value_"), kind  # same as `value`, which is a slow descriptor
    raise TypeError(f"{kind} has no form")


def _optional(write: Turned | None, read: Turned) -> tuple[Turned | None, Turned]:
    def written(value: Any) -> Any:
        return None if value is None or write is None else write(value)

    return write and written, lambda given: None if given is None else read(given)


def _listed(write: Turned | None, read: Turned) -> tuple[Turned, Turned]:
    def written(values: Any) -> Any:
        return list(values) if write is None else [write(value) for value in values]

    return written, lambda given: tuple(read(one) for one in _exactly(list, given))


def _exactly(kind: type, given: Any) -> Any:
    """Return the value if it has this type. An integer is accepted as a float."""
    if type(given) is kind or (kind is float and type(given) is int):
        return given
    raise TypeError(f"{type(given).__name__} instead of {kind.__name__}")


def _one_of(known: tuple[Any, ...], given: Any) -> Any:
    if given not in known:
        raise ValueError("unknown value")
    return given


def _unread(given: Any) -> Any:
    raise TypeError("this form can only be written")


_ONLY_WRITTEN: dict[Any, Turned] = {
    AS_TEXT: str,
    MILLISECONDS: iso_ms,
    EMPTY_AS_NULL: lambda text: text or None,
}
