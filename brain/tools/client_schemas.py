"""Checks the form of a JSON schema from a front end before it is compiled.

Such a schema is untrusted input. It must not refer to other documents, and its form limits the cost
of compiling it and of checking values. The checks here take time linear in the size of the schema:
each one is a loop over a list of nodes and stops at the first limit that is exceeded.

A schema contains three kinds of nodes. In a *schema* the names are keywords. Under `properties` and
similar keywords the names are chosen by the front end and the values are schemas (*named*). Under
`const`, `enum` and similar keywords nothing is a keyword (*data*). Values under unknown keywords
count as schemas, because a reference may point there.
"""

import math
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, field

from brain.codec import Json, clean, dumps

MAX_BYTES = 16 * 1024  # of the schema as compact JSON
MAX_DEPTH = 16  # nested objects and lists
MAX_NODES = 500  # values, scalars included
MAX_EXPANDED = 2_000  # values after each reference is replaced by its target
MAX_PATTERN_CHARS = 200

NOT_OBJECT = "its type is not object"
NOT_A_SCHEMA = "it is not a JSON schema"
TOO_LARGE = "it is too large"
TOO_DEEP = "it is nested too deeply"
ELSEWHERE = "it refers to another document"
NOWHERE = "it has a reference that does not point to a schema"
ITSELF = "it refers to itself"
TOO_FAR = "it is too large after its references are expanded"
NOT_TAKEN = "it has a keyword that is not accepted"
UNKNOWN_DRAFT = "its $schema is not a known draft"
LONG_PATTERN = "it has a pattern that is too long"
BAD_PATTERN = "it has a pattern that is not accepted"
NOT_TEXT = "it contains invalid characters"
TOO_SLOW = "it takes too long to check"
UNCHECKED = "they cannot be checked now"

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
    """The schema is rejected. The text is one of the reasons above."""


class _Place(Struct, frozen=True):
    path: Path
    value: Any
    kind: _Kind

    @property
    def is_schema(self) -> bool:
        return self.kind is _Kind.SCHEMA and isinstance(self.value, dict | bool)


class _Tree(Struct):
    """All nodes of a schema by path. `leads` holds the children and reference targets of each."""

    places: dict[Path, _Place] = field(default_factory=dict)
    leads: dict[Path, list[Path]] = field(default_factory=dict)


def objection(schema: Json) -> str:
    """Return why this schema is rejected; empty if its form is acceptable.

    The compiler checks later whether it is a valid JSON schema in every detail.
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
    """Return the draft of the schema; empty if it is not known."""
    uri = schema.get("$schema", DEFAULT_DRAFT)
    if not isinstance(uri, str):
        return ""
    return DRAFTS.get(uri.removesuffix("#").removeprefix("https://").removeprefix("http://"), "")


def inside(value: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield the values of an object or a list with their names or indexes."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _grow(schema: Json) -> _Tree:
    """Collect all nodes. Raises _Refused if the schema is too deep or too large."""
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
        return _Kind.DATA if name in DATA else _Kind.NAMED if name in NAMED else _Kind.SCHEMA
    return _Kind.SCHEMA


def _check_text(value: Any) -> None:
    """Raise _Refused for values that JSON cannot express: lone surrogates, NUL, NaN, infinity."""
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
    """Add each reference's target to `leads`. Raises _Refused if the target is no schema."""
    for place in list(tree.places.values()):
        if place.kind is _Kind.SCHEMA and isinstance(place.value, dict) and "$ref" in place.value:
            target = _resolve(place.value["$ref"], tree)
            if target not in tree.places or not tree.places[target].is_schema:
                raise _Refused(NOWHERE)
            tree.leads[place.path].append(target)


def _resolve(reference: Any, tree: _Tree) -> Path:
    """Return the path of a `#` pointer. Raises _Refused.

    Encoded slashes and list indexes with leading zeros are refused, although the standard allows
    them, so that a compiler cannot read a pointer in a different way.
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
        is_index = step.isascii() and step.isdigit() and str(int(step[:4])) == step
        return int(step) if is_index else -1
    return step.replace("~1", "/").replace("~0", "~")


def _measure(tree: _Tree) -> None:
    """Count the values after each reference is replaced by its target. Raises _Refused.

    The size of a node is computed once and used for every reference to it.
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
