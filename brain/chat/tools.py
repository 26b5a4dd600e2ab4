"""Tools as they are sent: with the part of JSON Schema that all servers take.

Arguments are checked against the whole schema when they come. `given` undoes before what the
narrowed schema has added.

The tools of the brain are the same for every turn, so what is made of a schema is kept. Nobody may
change what is returned here.
"""

import json
from typing import Any

from brain.chat.narrow import Narrowed, Spot, narrow
from brain.codec import Json

UNUSED = "unused"  # the argument of a tool that takes none: some servers refuse a tool without any
NO_ARGUMENT: Json = {"type": "string", "description": "leave it out"}
MOST_KEPT = 256  # schemas; the brain has 50, front ends bring others. The oldest go first


class MadeOf[T]:
    """What was made of schemas, each known by its identity: comparing would cost as much."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Json, tuple[str, ...], T]] = {}

    def find(self, schema: Json, *words: str) -> T | None:
        """Return what was made of this schema and these words, or None."""
        # The schema is kept too, so no other one can have its id.
        known = self._made.pop(id(schema), None)
        if known is None or known[0] is not schema or known[1] != words:
            return None
        self._made[id(schema)] = known  # the newest is the last
        return known[2]

    def keep(self, made: T, schema: Json, *words: str) -> T:
        """Keep it, and return it."""
        if len(self._made) >= MOST_KEPT:
            del self._made[next(iter(self._made))]
        self._made[id(schema)] = (schema, words, made)
        return made


_schemas: "MadeOf[Narrowed]" = MadeOf()
_tools: "MadeOf[Json]" = MadeOf()


def chat_tool(name: str, description: str, parameters: Json) -> Json:
    """Return the tool in the format of the chat completions API: each time the same object."""
    if (known := _tools.find(parameters, name, description)) is not None:
        return known
    schema = narrowed(parameters)
    words = [description.strip() or f"The tool {name}.", schema.pop("description", "")]
    function = {
        "name": name,
        "description": " ".join(word for word in words if word),
        "parameters": schema,
    }
    return _tools.keep({"type": "function", "function": function}, parameters, name, description)


def narrowed(parameters: Json) -> Json:
    """Return the parameters of a tool as they are sent, with at least one property."""
    return {**_narrow(parameters).schema}


def given(parameters: Json, arguments: Any) -> Any:
    """Return the arguments of a call as the tool's own schema wants them.

    The argument that is offered for a tool without arguments is dropped, and what was offered as a
    string of JSON is read.
    """
    if not isinstance(arguments, dict):
        return arguments
    found = _narrow(parameters)
    if found.schema["properties"].get(UNUSED) is NO_ARGUMENT:
        arguments = {name: value for name, value in arguments.items() if name != UNUSED}
    return _read(arguments, found, ()) if found.as_json else arguments


def checkable(parameters: Json, arguments: str) -> tuple[Json, str]:
    """Return the schema, and the arguments as `given` returns them, as JSON text.

    Text that is no JSON stays as it is.
    """
    try:
        value = json.loads(arguments or "{}")
        changed = given(parameters, value)
    except (ValueError, RecursionError):
        return parameters, arguments
    return parameters, arguments if changed == value else json.dumps(changed)


def _narrow(parameters: Json) -> Narrowed:
    if (known := _schemas.find(parameters)) is not None:
        return known
    found = narrow({**parameters, "type": "object"})
    if not found.schema.get("properties"):
        schema = {**found.schema, "properties": {UNUSED: NO_ARGUMENT}}
        found = Narrowed(schema=schema, as_json=found.as_json)
    return _schemas.keep(found, parameters)


def _read(value: Any, found: Narrowed, path: Spot) -> Any:
    """Return the value with its strings of JSON as objects and lists, where these were wanted."""
    if isinstance(value, dict):
        return {name: _read(one, found, (*path, name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(one, found, (*path, None)) for one in value]
    if not isinstance(value, str) or path not in found.as_json:
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, dict | list) else value
