"""Judges the form of a JSON schema that a front end gives, before anything compiles it.

Such a schema is foreign input. It may name nothing outside itself, and what it costs to compile and
to check is bounded by its form. Everything here takes a time that grows with its size alone: each
walk is a loop over a list of places, and stops at the first bound that is passed.

A schema holds three kinds of places. In a *schema* the names are keywords. Below `properties` and
its like the names are the front end's own and the values are schemas (*named*). Below `const`,
`enum` and their like nothing is a keyword (*data*). What stands below an unknown keyword counts as
a schema, since a reference may lead there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

from brain.codec import Json, clean, dumps

MAX_BYTES = 16 * 1024  # of the schema as compact JSON
MAX_DEPTH = 16  # objects and lists inside each other
MAX_NODES = 500  # values in it, each scalar included
MAX_EXPANDED = 2_000  # values, if each reference stood there as what it refers to
MAX_PATTERN_CHARS = 200

NOT_OBJECT = "its type is not object"
NOT_A_SCHEMA = "it is not a JSON schema"
TOO_LARGE = "it is too large"
TOO_DEEP = "it is nested too deeply"
ELSEWHERE = "it refers to another document"
NOWHERE = "it refers to a place that holds no schema"
ITSELF = "it refers to itself"
TOO_FAR = "it expands too far"
NOT_TAKEN = "it has a keyword that is not accepted"
UNKNOWN_DRAFT = "its $schema is not a known draft"
LONG_PATTERN = "it has a pattern that is too long"
BAD_PATTERN = "it has a pattern that is not accepted"
NOT_TEXT = "it holds characters that are no text"
TOO_SLOW = "it takes too long to check"
UNCHECKED = "they cannot be checked at present"

DEFAULT_DRAFT = "https://json-schema.org/draft/2020-12/schema"
DRAFTS = {
    "json-schema.org/draft/2020-12/schema": "2020-12",
    "json-schema.org/draft/2019-09/schema": "2019-09",
    "json-schema.org/draft-07/schema": "7",
    "json-schema.org/draft-06/schema": "6",
    "json-schema.org/draft-04/schema": "4",
}
# fmt: off
REFUSED = frozenset((
    "$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef",
    "$vocabulary",
))
DATA = frozenset((
    "const", "default", "dependentRequired", "enum", "example", "examples", "required", "type",
))
NAMED = frozenset((
    "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties",
))
# fmt: on

type Path = tuple[str | int, ...]


class _Kind(Enum):
    SCHEMA = auto()
    NAMED = auto()
    DATA = auto()


class _Refused(Exception):
    """The text is one of the reasons above."""


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    value: Any
    kind: _Kind

    @property
    def is_schema(self) -> bool:
        return self.kind is _Kind.SCHEMA and isinstance(self.value, dict | bool)


@dataclass(slots=True)
class _Tree:
    """All places of a schema by their paths. `leads` are the places that count into each."""

    places: dict[Path, _Place] = field(default_factory=dict)
    leads: dict[Path, list[Path]] = field(default_factory=dict)


def objection(schema: Json) -> str:
    """Say why this schema is not accepted, in words of our own; empty if its form is right.

    Whether it is a JSON schema in every detail is for the compiler to say.
    """
    if schema.get("type") != "object":
        return NOT_OBJECT
    try:
        tree = _grow(schema)
        if len(dumps(schema).encode("utf-8", "surrogatepass")) > MAX_BYTES:
            return TOO_LARGE
        draft = draft_of(schema)
        for place in tree.places.values():
            _check_text(place.value)
            if place.kind is _Kind.SCHEMA and isinstance(place.value, dict):
                _check_keywords(place.value, draft)
        _follow_references(tree)
        _measure(tree)
    except _Refused as reason:
        return str(reason)
    return ""


def draft_of(schema: Json) -> str:
    """Name the draft that the schema is written in; empty if it is not a known one."""
    uri = schema.get("$schema", DEFAULT_DRAFT)
    if not isinstance(uri, str):
        return ""
    return DRAFTS.get(uri.removesuffix("#").removeprefix("https://").removeprefix("http://"), "")


def inside(value: Any) -> Iterator[tuple[str | int, Any]]:
    """The values that stand in an object or a list, with their names or places."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _grow(schema: Json) -> _Tree:
    """Raises _Refused at the first value that is too deep or one too many."""
    tree = _Tree()
    waiting = [_Place((), schema, _Kind.SCHEMA)]
    count = 1
    while waiting:
        place = waiting.pop()
        if isinstance(place.value, dict | list) and len(place.path) >= MAX_DEPTH:
            raise _Refused(TOO_DEEP)
        tree.places[place.path] = place
        leads = tree.leads[place.path] = []
        for name, value in inside(place.value):
            count += 1
            if count > MAX_NODES:
                raise _Refused(TOO_LARGE)
            inner = _Place((*place.path, name), value, _kind(place, name))
            leads.append(inner.path)
            waiting.append(inner)
    return tree


def _kind(outer: _Place, name: str | int) -> _Kind:
    if outer.kind is _Kind.DATA:
        return _Kind.DATA
    if outer.kind is _Kind.SCHEMA and isinstance(outer.value, dict):
        if name in DATA:
            return _Kind.DATA
        if name in NAMED:
            return _Kind.NAMED
    return _Kind.SCHEMA


def _check_text(value: Any) -> None:
    """Raises _Refused for what is no JSON: half characters, NUL, and numbers that are none."""
    if isinstance(value, float) and not math.isfinite(value):
        raise _Refused(NOT_A_SCHEMA)
    texts = [value] if isinstance(value, str) else value if isinstance(value, dict) else ()
    if any(clean(text) != text for text in texts):
        raise _Refused(NOT_TEXT)


def _check_keywords(schema: Json, draft: str) -> None:
    if not REFUSED.isdisjoint(schema) or (draft == "4" and "id" in schema):
        raise _Refused(NOT_TAKEN)
    if not draft or ("$schema" in schema and draft_of(schema) != draft):
        raise _Refused(UNKNOWN_DRAFT)
    is_named = all(isinstance(schema.get(name, {}), dict) for name in NAMED)
    if not is_named or not isinstance(schema.get("required", []), list | bool):
        raise _Refused(NOT_A_SCHEMA)
    patterns = [*schema.get("patternProperties", {}), schema.get("pattern", "")]
    if any(not isinstance(pattern, str) for pattern in patterns):
        raise _Refused(NOT_A_SCHEMA)
    if any(len(pattern) > MAX_PATTERN_CHARS for pattern in patterns):
        raise _Refused(LONG_PATTERN)


def _follow_references(tree: _Tree) -> None:
    """Let each reference lead to its place. Raises _Refused if no schema is there."""
    for place in list(tree.places.values()):
        if place.kind is _Kind.SCHEMA and isinstance(place.value, dict) and "$ref" in place.value:
            target = _resolve(place.value["$ref"], tree)
            if target not in tree.places or not tree.places[target].is_schema:
                raise _Refused(NOWHERE)
            tree.leads[place.path].append(target)


def _resolve(reference: Any, tree: _Tree) -> Path:
    """The path that a `#` pointer names. Raises _Refused.

    Narrower than the standard, so that no compiler can read a pointer otherwise: an encoded slash
    or a list's place with leading zeros is refused.
    """
    if not isinstance(reference, str):
        raise _Refused(NOT_A_SCHEMA)
    if not reference.startswith("#"):
        raise _Refused(ELSEWHERE)
    try:
        pointer = unquote(reference[1:], errors="strict")
    except UnicodeError:
        raise _Refused(NOWHERE) from None
    if pointer.count("/") != reference.count("/") or (pointer and pointer[0] != "/"):
        raise _Refused(NOWHERE)
    path: Path = ()
    for step in pointer.split("/")[1:]:
        path = (*path, _name(step, tree.places[path].value if path in tree.places else None))
    return path


def _name(step: str, outer: Any) -> str | int:
    if isinstance(outer, list):
        is_place = step.isascii() and step.isdigit() and str(int(step[:4])) == step
        return int(step) if is_place else -1
    return step.replace("~1", "/").replace("~0", "~")


def _measure(tree: _Tree) -> None:
    """Count the values with each reference replaced. Raises _Refused.

    The size of a place is counted once and used wherever a reference leads to it.
    """
    sizes: dict[Path, int] = {}
    begun: set[Path] = set()
    waiting: list[Path] = [()]
    while waiting:
        path = waiting[-1]
        if path in sizes:
            waiting.pop()
        elif path in begun:
            sizes[path] = 1 + sum(sizes[lead] for lead in tree.leads[path])
            if sizes[path] > MAX_EXPANDED:
                raise _Refused(TOO_FAR)
            begun.discard(path)
        else:
            begun.add(path)
            if not begun.isdisjoint(tree.leads[path]):
                raise _Refused(ITSELF)
            waiting += [lead for lead in tree.leads[path] if lead not in sizes]
