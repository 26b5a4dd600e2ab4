"""TypeScript declarations of what goes over the wire, made from the document."""

import re
from collections.abc import Iterator
from typing import Any

from brain.codec import Json
from local.openapi.schemas import REF

HEAD = """\
// The types of what goes over the wire.
// Written by `python -m local.openapi`: do not edit.
"""
# What only the queue, the channel's server and other programs send.
LEFT_OUT = frozenset(
    {"WakeCallBody", "OwnBody", "OwnData", "ChannelWebhook", "ChannelRequest", "ChannelSignature"}
)
NAME = re.compile(r"[A-Za-z_$][\w$]*")
PRIMITIVES = {"string": "string", "boolean": "boolean", "integer": "number", "number": "number"}


def declarations(document: Json) -> str:
    """The text of `wire.d.ts`."""
    schemas = document["components"]["schemas"]
    wire = [_declared(name, one) for name, one in schemas.items() if name not in LEFT_OUT]
    return "\n".join([HEAD, *wire])


def _declared(name: str, schema: Json) -> str:
    comment = "".join(_comment(schema, ""))
    if "properties" not in schema:
        return f"{comment}export type {name} = {_type(schema, '')};\n"
    return f"{comment}export interface {name} {_object(schema, '')}\n"


def _type(schema: Json, indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(one, indent) for one in alternatives)
    if "enum" in schema or "const" in schema:
        known = schema.get("enum", [schema.get("const")])
        return " | ".join(_literal(value) for value in known)
    match schema.get("type"):
        case "null":
            return "null"
        case "array":
            items = _type(schema["items"], indent)
            return f"({items})[]" if " | " in items else f"{items}[]"
        case "object" if "properties" in schema:
            return _object(schema, indent)
        case "object":
            values = schema.get("additionalProperties")
            of = _type(values, indent) if isinstance(values, dict) and values else "unknown"
            return f"Record<string, {of}>"
        case kind:
            return PRIMITIVES[str(kind)]


def _literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _object(schema: Json, indent: str) -> str:
    inner = f"{indent}  "
    lines: list[str] = []
    for name, part in schema["properties"].items():
        mark = "" if name in schema.get("required", ()) else "?"
        key = name if NAME.fullmatch(name) else f"'{name}'"
        lines += [*_comment(part, inner), f"{inner}{key}{mark}: {_type(part, inner)};\n"]
    return f"{{\n{''.join(lines)}{indent}}}"


def _comment(schema: Json, indent: str) -> Iterator[str]:
    text = schema.get("description")
    if text and "$ref" not in schema:
        yield f"{indent}/** {text} */\n"
