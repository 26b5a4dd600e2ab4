"""Checks a tool call's arguments against the tool's JSON schema."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from brain.run.codec import dumps
from brain.run.tools import Json

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

MAX_COMPLAINT_CHARS = 400  # of a complaint: it may quote the argument


def complaint(schema: Json, arguments: Any) -> str:
    """What is wrong with the arguments, in words for the model; empty if nothing is."""
    for error in _validator(dumps(schema)).iter_errors(arguments):
        place = "".join(f"{step}: " for step in error.instance_path)
        return f"{place}{error.message}"[:MAX_COMPLAINT_CHARS]
    return ""


def objection(schema: Json) -> str:
    """Why this is no JSON schema for a tool's arguments; empty if it is one."""
    from jsonschema_rs import ValidationError

    if schema.get("type") != "object":
        return "its type is not object"
    try:
        _validator(dumps(schema))
    except (ValidationError, ValueError) as error:
        return str(error)[:MAX_COMPLAINT_CHARS]
    return ""


@lru_cache(maxsize=64)
def _validator(schema: str) -> "Draft202012Validator":
    # Imported here: only the functions that run the brain need it.
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema)
