"""JSON schemas of what is sent (from its forms) and of what is taken (from the bodies' models)."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from enum import Enum
from inspect import cleandoc
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from brain.codec import AS_TEXT, EMPTY_AS_NULL, MILLISECONDS, Form, Json
from brain.codec.hints import optional, plain

REF = "#/components/schemas/"
TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
WHOLE: Json = {"type": "integer", "minimum": 0}
MOMENT: Json = {"type": "string", "format": "date-time"}
TIME_OF_DAY: Json = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
SCALARS: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def ref(name: str) -> Json:
    """A reference to a schema of the document."""
    return {"$ref": f"{REF}{name}"}


def nullable(schema: Json) -> Json:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def thing(required: Json, **optional: Json) -> Json:
    """An object of these properties."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
    }


def page(name: str, rows: Json, **optional: Json) -> Json:
    """A page of a list, with the cursor of the next one."""
    more: Json = {"total": WHOLE, "nextCursor": nullable({"type": "string"})}
    return thing({name: rows, **more}, **optional)


class Schemas:
    """The named schemas of a document. `named` gives a form another name than its class has."""

    def __init__(self, named: Mapping[str, Form[Any]]) -> None:
        self._names = {form.of: name for name, form in named.items()}
        self.components: dict[str, Json] = {}
        for name, form in named.items():
            self.components[name] = self.of_form(form)

    def of_form(self, form: Form[Any]) -> Json:
        """The schema of what a form writes."""
        properties: Json = {}
        if form.tag is not None:
            properties[form.tag[0]] = {"type": "string", "enum": [form.tag[1]]}
        properties |= {field.name: self._of(field.hint) for field in form.fields}
        names = {field.attribute: field.name for field in form.fields}
        sparse = {field.name for field in form.fields if field.is_sparse}
        return {
            "type": "object",
            "description": _description(form.of, names),
            "properties": {name: properties[name] for name in form.names},
            "required": [name for name in form.names if name not in sparse],
        }

    def take(self, *bodies: type[BaseModel]) -> None:
        """Add the schemas of bodies."""
        for body in bodies:
            schema = body.model_json_schema(by_alias=True, ref_template=f"{REF}{{model}}")
            parts = schema.pop("$defs", {})
            objects = {name: part for name, part in parts.items() if "properties" in part}
            inlined = {name: part for name, part in parts.items() if name not in objects}
            for name, part in {**objects, body.__name__: schema}.items():
                self.components[name] = _tidied(part, inlined)

    def _of(self, hint: Any) -> Json:
        kind, marks = plain(hint)
        if inner := optional(kind):
            return nullable(MOMENT if MILLISECONDS in marks else self._of(inner))
        if EMPTY_AS_NULL in marks:
            return nullable({"type": "string"})
        if AS_TEXT in marks:
            return {"type": "string"}
        match get_origin(kind) or kind:
            case origin if origin is tuple:
                return {"type": "array", "items": self._of(get_args(kind)[0])}
            case origin if origin is dict:
                return {"type": "object", "additionalProperties": True}
            case origin if origin is Literal:
                return {"type": "string", "enum": list(get_args(kind))}
            case scalar if scalar in SCALARS:
                return {"type": SCALARS[scalar]}
            case other:
                return self._of_class(other)

    def _of_class(self, kind: Any) -> Json:
        if kind is datetime:
            return MOMENT
        if kind is time:
            return TIME_OF_DAY
        if issubclass(kind, Enum):
            return {"type": "string", "enum": [member.value for member in kind]}
        name = self._names.setdefault(kind, kind.__name__)
        if name not in self.components:
            self.components[name] = self.of_form(Form(kind))
        return ref(name)


def _description(kind: type, names: Mapping[str, str]) -> str:
    """The docstring on one line, with the names that the form has."""
    text = " ".join(cleandoc(kind.__doc__ or "").split())
    return re.sub(r"`(\w+)`", lambda found: f"`{names.get(found[1], found[1])}`", text)


def _tidied(schema: Any, inlined: Mapping[str, Json]) -> Any:
    """Without titles, and with the schemas of aliases in their places."""
    if isinstance(schema, list):
        return [_tidied(one, inlined) for one in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix(REF)
    if name in inlined:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _tidied({**inlined[name], **beside}, inlined)
    is_schema = "type" in schema or "anyOf" in schema or "properties" in schema
    return {
        key: " ".join(value.split()) if key == "description" and isinstance(value, str)
        else _tidied(value, inlined)
        for key, value in schema.items()
        if not (key == "title" and is_schema and isinstance(value, str))
    }  # fmt: skip
