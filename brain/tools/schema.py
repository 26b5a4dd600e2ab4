"""Checks the arguments of a tool call against the tool's JSON schema.

The schemas of our own tools are trusted; those of a front end are not. The functions named
*foreign* run only in a worker process, because the schema compiler holds the interpreter lock and
an expensive schema would block the event loop.
"""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from brain.codec import Json, clean, dumps
from brain.tools import client_schemas
from brain.tools.decoding import ArgumentsUnreadable, decode

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError, Validator

MAX_COMPLAINT_CHARS = 400  # of an error message: it may quote the argument
MAX_QUOTE_CHARS = 80  # of an argument, and of its path, in an error message of a foreign schema
MAX_ARGUMENTS_CHARS = 64 * 1024  # JSON arguments of a call of a front end's tool
PATTERN_BYTES = 128 * 1024  # of one compiled pattern


def complaint(schema: Json, arguments: Any) -> str:
    """Return what is wrong with the arguments, as text for the model; empty if they are valid."""
    for error in _validator(dumps(schema)).iter_errors(arguments):
        place = "".join(f"{step}: " for step in error.instance_path)
        return f"{place}{error.message}"[:MAX_COMPLAINT_CHARS]
    return ""


def misfit(schema: Json, arguments: Any) -> str:
    """Return the path and the keyword that the arguments violate; empty if they are valid.

    This is for HTTP responses, which must not quote the validator's messages.
    """
    try:
        for error in _validator(dumps(schema)).iter_errors(arguments):
            return f"{_place(error)}: does not fit {error.kind.name}"
    except ValueError:  # a lone surrogate, which JSON cannot express
        return "contain invalid characters"
    return ""


def foreign_objection(schema: Json) -> str:
    """Return why a front end's schema is rejected; empty if it is accepted."""
    found = _foreign(dumps(schema))
    return found if isinstance(found, str) else ""


def foreign_complaint(schema: Json, arguments: str) -> str:
    """Return what is wrong with the arguments (JSON text), as text for the model.

    Empty if they are valid, or if they cannot be decoded: `brain.tools.decoding` says why.
    """
    if len(arguments) > MAX_ARGUMENTS_CHARS:
        return "they are too long"
    validator = _foreign(dumps(schema))
    if isinstance(validator, str):
        return f"they cannot be checked, because of the tool's schema: {validator}"
    from jsonschema_rs import ValidationError

    try:
        validator.validate(decode(arguments))
    except ArgumentsUnreadable:
        return ""
    except ValidationError as error:
        return f"{_place(error)}: {_quote(error.instance)} does not fit {error.kind.name}"
    return ""


def _place(error: "ValidationError") -> str:
    steps = ".".join(str(step) for step in error.instance_path)
    return clean(steps[:MAX_QUOTE_CHARS]) or "the whole"


def _quote(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False, default=str)[:MAX_QUOTE_CHARS])


@lru_cache(maxsize=64)
def _validator(schema: str) -> "Draft202012Validator":
    # Imported here: only the functions that run the brain need it.
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(schema)


@lru_cache(maxsize=64)
def _foreign(text: str) -> "Validator | str":
    """Compile the schema, or return why it is rejected."""
    import jsonschema_rs as rs

    schema: Json = json.loads(text)
    if reason := client_schemas.objection(schema):
        return reason
    kinds: dict[str, type[rs.Validator]] = {
        "4": rs.Draft4Validator,
        "6": rs.Draft6Validator,
        "7": rs.Draft7Validator,
        "2019-09": rs.Draft201909Validator,
        "2020-12": rs.Draft202012Validator,
    }
    kind = kinds[client_schemas.draft_of(schema)]
    schema.pop("$schema", None)  # the draft is chosen here, not by the compiler
    try:
        return kind(
            dumps(schema),
            validate_formats=False,
            retriever=_retrieve_nothing,
            # An engine without backtracking: matching takes time linear in the text.
            pattern_options=rs.RegexOptions(size_limit=PATTERN_BYTES),
        )
    except rs.ValidationError as error:
        return _named(error)
    except ValueError:
        return client_schemas.NOT_A_SCHEMA


def _named(error: "ValidationError") -> str:
    is_pattern = not {"pattern", "patternProperties"}.isdisjoint(error.instance_path[-2:])
    return client_schemas.BAD_PATTERN if is_pattern else client_schemas.NOT_A_SCHEMA


def _retrieve_nothing(uri: str) -> NoReturn:
    raise LookupError
