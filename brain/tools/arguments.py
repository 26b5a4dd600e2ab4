"""The arguments of a tool as a type: what the model is told about them, and how a call is read.

    class SearchDocuments(Arguments):
        '''Find what the user's own documents and notes say.'''

        query: Annotated[str, About("a question, or a few words", least=1, most=1_000)]
        limit: Annotated[int, About("how many passages at most", least=1, most=20)] = 5

This is the tool `searchDocuments`. Its description is the class's docstring, its parameters are
the fields. A field with a default may be left out. Names are snake_case here and camelCase for the
model; an underscore at the end of a name is left out (`from_`).

A field's type is `str`, `int`, `float`, `bool`, a `Literal` of strings, or `tuple[X, ...]` of one
of these. `X | None = None` may be left out, but the model cannot write null, unless `About` says
`null=True`.
"""

from dataclasses import dataclass
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

from brain.codec import Json

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
_BOUNDS = {str: ("minLength", "maxLength"), tuple: ("minItems", "maxItems")}
_NUMBERS = ("minimum", "maximum")


@dataclass(frozen=True, slots=True)
class About:
    """What the model is told about an argument.

    `least` and `most` bound a number, the characters of a text, or the entries of a list. `null`:
    the model may write null. Where two stand at one type, the later one adds to the earlier one.
    """

    words: str = ""
    least: float | None = None
    most: float | None = None
    null: bool = False


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Arguments:
    """The base of all types of arguments.

    For a type checker a subclass is a frozen dataclass. It is a plain class in fact: generating
    the methods of twenty dataclasses would add 10 ms to a cold start.
    """

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)


def tool_name(kind: type[Arguments]) -> str:
    """The name of the tool that takes these arguments."""
    return kind.__name__[:1].lower() + kind.__name__[1:]


def tool_description(kind: type[Arguments]) -> str:
    """What the model is told about the tool: the docstring, on one line. Raises TypeError if there
    is none.
    """
    if not kind.__doc__:
        raise TypeError(f"{kind.__name__} needs a docstring: it is what the model is told")
    return " ".join(kind.__doc__.split())


def schema_of(kind: type[Arguments]) -> Json:
    """The JSON schema of the arguments. Raises TypeError for a type that has none."""
    fields = _fields(kind)
    required = [name for name, field, _ in fields if not _has_default(kind, field)]
    return {
        "type": "object",
        "properties": {name: _schema(hint) for name, _, hint in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def read_arguments[A: Arguments](kind: type[A], given: Json) -> A:
    """The arguments of a call, which fit the schema. What was left out has its default."""
    values = {
        field: _value(hint, given[name]) for name, field, hint in _fields(kind) if name in given
    }
    return kind(**values)


def _fields(kind: type[Arguments]) -> tuple[tuple[str, str, Any], ...]:
    """Of each field its name for the model, its name here, and its type."""
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
    raise TypeError(f"an argument cannot be of the type {base}")


def _parts(hint: Any) -> tuple[Any, About]:
    """The bare type, and all that is said about it."""
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
    )


def _value(hint: Any, given: Any) -> Any:
    base, _ = _parts(hint)
    if given is None:
        return None
    if get_origin(base) is tuple:
        return tuple(_value(get_args(base)[0], one) for one in given)
    # To JSON schema 2.0 is an integer.
    return base(given) if base in (int, float) else given
