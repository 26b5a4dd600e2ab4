"""Marks for `Annotated` that change a field's form: `Annotated[bool, SPARSE] = False`.

Without a mark a field is written under its name in camelCase. If it has a default, a form without
it loads, because older code that did not have the field may have written the form.
"""

from enum import Enum

from msgspec import Struct


class Named(str):
    """The name of a field in its form, if it is not the field's name in camelCase."""

    __slots__ = ()


class Lacking(Struct, frozen=True):
    """What a form without the field means, if that is not the field's default."""

    value: object


class Mark(Enum):
    """How a field is written."""

    SPARSE = "omitted if it has its default value"
    NEEDED = "required: part of the form since its first version"
    AS_TEXT = "written with `str`, never read"
    MILLISECONDS = "milliseconds since 1970, written as a time, never read"
    EMPTY_AS_NULL = "a text, written as null if it is empty, never read"


SPARSE, NEEDED = Mark.SPARSE, Mark.NEEDED
AS_TEXT, MILLISECONDS, EMPTY_AS_NULL = Mark.AS_TEXT, Mark.MILLISECONDS, Mark.EMPTY_AS_NULL
WRITTEN_ONLY = frozenset({AS_TEXT, MILLISECONDS, EMPTY_AS_NULL})
