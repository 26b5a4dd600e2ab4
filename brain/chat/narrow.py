"""Narrows a JSON schema to the part that all model servers take.

This part is: one type, a description, properties, required, items, an enum of words, and bounds. Of
alternatives the first plain one is taken. What cannot be expressed is told in the description, or
the value becomes a string that holds JSON. Any schema can be narrowed.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, field

from brain.chat.told import (
    described,
    enum_values,
    enum_words,
    keyword_words,
    other_words,
    quoted,
    text_of,
)
from brain.codec import Json

LARGEST = 256  # of a length or a number of items: a server may build a huge grammar for more
DEPTH = 12  # of nested schemas; a deeper one becomes a string
NODES = 400  # schemas within one schema, references followed; those after them become strings
TYPES = ("object", "array", "string", "number", "integer", "boolean")
BOUNDS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "number": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
}
CHOICES = ("anyOf", "oneOf")
AS_JSON = "as JSON"
ANYTHING = "text; objects and lists as JSON"

type Spot = tuple[str | None, ...]  # names of properties; None for the items of a list


class Narrowed(Struct, frozen=True, kw_only=True):
    """A narrowed schema, and the places where a value that is no text is asked for as a string."""

    schema: Json
    as_json: frozenset[Spot]


def narrow(schema: Json) -> Narrowed:
    """Return the schema in the narrow form."""
    work = _Work(root=schema)
    found = work.narrow(schema, ())
    return Narrowed(schema=found, as_json=frozenset(work.as_json))


class _Work(Struct, kw_only=True):
    root: Json
    as_json: set[Spot] = field(default_factory=set)
    nodes: int = 0

    def narrow(self, schema: Any, path: Spot) -> Json:
        self.nodes += 1
        plain, others = self._plain(schema, DEPTH)
        kind = _type(plain)
        if not kind or len(path) > DEPTH or self.nodes > NODES:
            return self._string(plain or schema, path)
        if kind == "object" and path and not plain.get("properties"):
            return self._string(plain, path)
        words = [
            text_of(plain.get("description")),
            *keyword_words(plain, kind),
            *map(other_words, others),
        ]
        return described({"type": kind, **self._parts(plain, kind, path)}, words)

    def _parts(self, plain: Json, kind: str, path: Spot) -> Json:
        """Return what a schema of this type has besides its type and description."""
        if kind == "object":
            return self._properties(plain, path)
        parts: Json = {
            key: bound for key in BOUNDS.get(kind, ()) if (bound := _bound(plain, key)) is not None
        }
        if kind == "array":
            parts["items"] = self.narrow(_items(plain), (*path, None))
        elif kind == "string" and (words := enum_words(plain)):
            return {"enum": words}
        return parts

    def _properties(self, plain: Json, path: Spot) -> Json:
        known = plain.get("properties")
        properties = {
            str(name): self.narrow(one, (*path, str(name)))
            for name, one in (known.items() if isinstance(known, dict) else ())
            if one is not False
        }
        wanted = plain.get("required")
        names = (
            [str(one) for one in wanted if str(one) in properties]
            if isinstance(wanted, list)
            else []
        )
        required = {"required": list(dict.fromkeys(names))} if names else {}
        return {"properties": properties, **required}

    def _string(self, schema: Any, path: Spot) -> Json:
        """Return a string in place of a schema that is not plain."""
        self.as_json.add(path)
        words = text_of(schema.get("description")) if isinstance(schema, dict) else ""
        rest = (
            {k: v for k, v in schema.items() if k != "description"}
            if isinstance(schema, dict)
            else {}
        )
        told = f"{AS_JSON}: {quoted(rest)}" if rest else ANYTHING
        return described({"type": "string"}, [words, told])

    def _plain(self, schema: Any, depth: int) -> tuple[Json, list[Any]]:
        """Return the schema without references and alternatives, and the other alternatives."""
        if not isinstance(schema, dict) or depth == 0:
            return {}, []
        plain: Json = dict(schema)
        others: list[Any] = []
        for part in self._all_of(plain):
            inner, more = self._plain(part, depth - 1)
            plain, others = _merged(plain, inner), others + more
        for key in CHOICES:
            listed = plain.pop(key, None)
            options = (
                [one for one in listed if not _is_null(one)] if isinstance(listed, list) else []
            )
            found = [self._plain(one, depth - 1) for one in options]
            first = next((i for i, (one, _) in enumerate(found) if _type(one)), None)
            if first is not None:
                plain = _merged(plain, found[first][0])
                others += options[:first] + options[first + 1 :] + found[first][1]
        return plain, others

    def _all_of(self, schema: Json) -> Iterator[Any]:
        """Take out and yield the schemas that hold in addition to this one."""
        reference = schema.pop("$ref", None)
        if isinstance(reference, str):
            yield self._target(reference)
        parts = schema.pop("allOf", None)
        yield from parts if isinstance(parts, list) else ()

    def _target(self, reference: str) -> Any:
        found: Any = self.root
        for step in unquote(reference.removeprefix("#")).split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                found = found.get(name) if isinstance(found, dict) else None
        return found


def _type(schema: Json) -> str:
    """Return the one type of the schema's values; empty if none is plain."""
    named = schema.get("type")
    listed = named if isinstance(named, list) else [named]
    if found := next((one for one in listed if one in TYPES), ""):
        return str(found)
    if named is None:
        kinds = [_type_of(value) for value in enum_values(schema) if value is not None]
        if kinds:
            return kinds[0]
        return (
            "object"
            if isinstance(schema.get("properties"), dict)
            else "array"
            if "items" in schema
            else ""
        )
    return ""


def _type_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case _:
            return ""


def _items(schema: Json) -> Any:
    """Return the schema of a list's items; any text if it names none."""
    for key in ("items", "prefixItems"):
        found = schema.get(key)
        if isinstance(found, list):
            found = next(iter(found), None)
        if isinstance(found, dict) and found:
            return found
    return {"type": "string"}


def _bound(schema: Json, key: str) -> int | float | None:
    bound = schema.get(key)
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        return None
    if key in ("minimum", "maximum"):
        return bound if abs(bound) <= LARGEST else None
    says_little = key.startswith("min") and bound <= (1 if key == "minLength" else 0)
    return int(bound) if 0 <= bound <= LARGEST and not says_little else None


def _merged(schema: Json, more: Json) -> Json:
    """Return a schema with the keywords of both; the first one's own come first."""
    both = {**more, **schema}
    for key in ("properties", "required"):
        one, two = schema.get(key), more.get(key)
        if isinstance(one, dict) and isinstance(two, dict):
            both[key] = {**two, **one}
        elif isinstance(one, list) and isinstance(two, list):
            both[key] = [*one, *two]
    return both


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        schema.get("type") == "null" or ("const" in schema and schema["const"] is None)
    )
