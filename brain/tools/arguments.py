"""The arguments of a tool as a Python type: gives the JSON schema for the model and reads calls.

    class SearchDocuments(Arguments):
        '''Find what the user's own documents and notes say.'''

        query: Annotated[str, About("a question, or a few words", least=1, most=1_000)]
        limit: Annotated[int, About("how many passages at most", least=1, most=20)] = 5

This class describes the tool `searchDocuments`. The docstring is the tool's description, and the
fields are its parameters. The model may omit a field that has a default. Names are snake_case here
and camelCase for the model; a trailing underscore is dropped (`from_`).

A field's type is `str`, `int`, `float`, `bool`, a `Literal` of strings, or `tuple[X, ...]` of one
of these. The model may omit a field of type `X | None = None`; it may write null only if `About`
has `null=True`.
"""

from functools import reduce
from types import NoneType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeAliasType,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import Struct

from brain.codec import Json
from brain.errors import ToolFault
from brain.texts.plain import plain_line, plain_text, reorders

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
_BOUNDS = {str: ("minLength", "maxLength"), tuple: ("minItems", "maxItems")}
_NUMBERS = ("minimum", "maximum")

REORDERS = "has characters that change the direction of the text. Write it without them."


class About(Struct, frozen=True):
    """The description of an argument for the model.

    `least` and `most` limit a number, the length of a text in characters, or the length of a list.
    `null`: the model may write null. If a type has two of these, the later one takes precedence.
    `plain`: a text that is shown to the user or to others, of several lines or of one. Only what
    a reader can see is kept of it (see `brain.texts.plain`).
    """

    words: str = ""
    least: float | None = None
    most: float | None = None
    null: bool = False
    plain: Literal["text", "line"] | None = None


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Arguments:
    """The base class of all argument types.

    Type checkers treat a subclass as a frozen dataclass. In fact it is a plain class, so no
    methods are generated for it at a cold start.
    """

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)


def tool_name(kind: type[Arguments]) -> str:
    """Return the name of the tool that takes these arguments."""
    return kind.__name__[:1].lower() + kind.__name__[1:]


def tool_description(kind: type[Arguments]) -> str:
    """Return the tool's description for the model: the docstring on one line.

    Raises TypeError if the class has no docstring.
    """
    if not kind.__doc__:
        raise TypeError(f"{kind.__name__} needs a docstring: it describes the tool")
    return " ".join(kind.__doc__.split())


def schema_of(kind: type[Arguments]) -> Json:
    """Return the JSON schema of the arguments. Raises TypeError for an unsupported field type."""
    fields = _fields(kind)
    required = [name for name, field, _ in fields if not _has_default(kind, field)]
    return {
        "type": "object",
        "properties": {name: _schema(hint) for name, _, hint in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def read_arguments[A: Arguments](kind: type[A], given: Json) -> A:
    """Read the arguments of a call, which must match the schema. Omitted fields get defaults."""
    values = {
        field: _value(hint, given[name]) for name, field, hint in _fields(kind) if name in given
    }
    return kind(**values)


def plain_arguments(kind: type[Arguments], given: Json) -> Json:
    """Return the arguments with each text as it will be shown, hashed and used.

    Raises ToolFault if a line changes the order in which its characters are shown. Texts without
    `plain` stay as they are.
    """
    hints = {name: hint for name, _, hint in _fields(kind)}
    return {name: _plain(name, hints[name], one) for name, one in given.items()}


def _plain(name: str, hint: Any, given: Any) -> Any:
    base, about = _parts(hint)
    if isinstance(given, list):
        return [_plain(name, get_args(base)[0], one) for one in given]
    if about.plain is None or not isinstance(given, str):
        return given
    if about.plain == "line" and reorders(given):
        raise ToolFault(f"Not done: {name} {REORDERS}")
    return plain_line(given) if about.plain == "line" else plain_text(given)


def _fields(kind: type[Arguments]) -> tuple[tuple[str, str, Any], ...]:
    """Return for each field: its name for the model, its name in Python, its type."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple((_camel(field), field, hint) for field, hint in hints.items())


def _has_default(kind: type[Arguments], field: str) -> bool:
    return any(field in vars(one) for one in kind.__mro__)


def _camel(field: str) -> str:
    first, *others = field.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def _schema(hint: Any) -> Json:
    base, about = _parts(hint)
    schema = _base_schema(base)
    if about.null:
        schema["type"] = [schema["type"], "null"]
    keys = _BOUNDS.get(get_origin(base) or base, _NUMBERS)
    bounds = zip(keys, (about.least, about.most), strict=True)
    schema |= {key: bound for key, bound in bounds if bound is not None}
    return schema | {"description": about.words} if about.words else schema


def _base_schema(base: Any) -> Json:
    if base in _TYPES:
        return {"type": _TYPES[base]}
    if get_origin(base) is tuple:
        return {"type": "array", "items": _schema(get_args(base)[0])}
    if get_origin(base) is Literal:
        return {"type": "string", "enum": list(get_args(base))}
    raise TypeError(f"arguments of type {base} are not supported")


def _parts(hint: Any) -> tuple[Any, About]:
    """Split a field type into the plain type and its combined description."""
    notes: list[About] = []
    while True:
        if isinstance(hint, TypeAliasType):
            hint = hint.__value__
        elif get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            notes = [*more, *notes]
        elif NoneType in get_args(hint):
            hint = next(one for one in get_args(hint) if one is not NoneType)
        else:
            return hint, reduce(_added, notes, About())


def _added(earlier: About, later: About) -> About:
    return About(
        words=later.words or earlier.words,
        least=earlier.least if later.least is None else later.least,
        most=earlier.most if later.most is None else later.most,
        null=later.null or earlier.null,
        plain=later.plain or earlier.plain,
    )


def _value(hint: Any, given: Any) -> Any:
    base, _ = _parts(hint)
    if given is None:
        return None
    if get_origin(base) is tuple:
        return tuple(_value(get_args(base)[0], one) for one in given)
    # In JSON schema, 2.0 is an integer.
    return base(given) if base in (int, float) else given
