"""Words about the keywords of a JSON schema that cannot be sent."""

from typing import Any

from brain.codec import Json, dumps

TOLD_CHARS = 160  # of what the description tells about one keyword
# fmt: off
TOLD = (
    "const", "enum", "format", "pattern", "default", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "uniqueItems", "not", "patternProperties", "propertyNames", "if", "then", "else",
)
# fmt: on


def keyword_words(schema: Json, kind: str) -> list[str]:
    """Return words about keywords that cannot be sent in a schema of this type."""
    sent = enum_words(schema) if kind == "string" else []
    known = {"enum", "const"} if sent and len(sent) == len(enum_values(schema) or sent) else set()
    told = [key for key in TOLD if key in schema and key not in known and schema[key] is not False]
    named = schema.get("type")
    types = [one for one in named if one not in (kind, "null")] if isinstance(named, list) else []
    return [*(f"({key}: {quoted(schema[key])})" for key in told), *map(other_words, types)]


def other_words(other: Any) -> str:
    """Return words about another form that a value may have."""
    return f"(or: {quoted(other)})"


def enum_values(schema: Json) -> list[Any]:
    """Return the values of an enum, or the one constant; none if the schema has neither."""
    values = schema.get("enum")
    if isinstance(values, list):
        return values
    return [schema["const"]] if "const" in schema else []


def enum_words(schema: Json) -> list[str]:
    """Return the words of an enum or a constant that are sent."""
    words = [one for one in enum_values(schema) if isinstance(one, str) and one.strip()]
    return list(dict.fromkeys(words))


def quoted(value: Any) -> str:
    """Return the value as short text."""
    text = value if isinstance(value, str) else dumps(value)
    return text if len(text) <= TOLD_CHARS else f"{text[:TOLD_CHARS]}…"


def text_of(value: Any) -> str:
    """Return the value if it is a text; else an empty text."""
    return value.strip() if isinstance(value, str) else ""


def described(schema: Json, words: list[str]) -> Json:
    """Return the schema with a description, if there is one."""
    text = " ".join(word for word in words if word)
    return {**schema, "description": text} if text else schema
