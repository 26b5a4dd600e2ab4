"""What a type cannot say about a field's form, for `Annotated`: `Annotated[bool, SPARSE] = False`.

Without a mark a field is written under its name in camelCase. If it has a default, a form without
it loads: code that did not know the field wrote that form.
"""

from enum import Enum


class Named(str):
    """The name of a field in its form, where it is not the field's own in camelCase."""

    __slots__ = ()


class Mark(Enum):
    """How a field is written."""

    SPARSE = "left out while it has its default"
    NEEDED = "part of the form since its first version: one without it does not load"
    AS_TEXT = "written as `str` gives it, and never read"
    MILLISECONDS = "a number of milliseconds since 1970, written as a time, and never read"
    EMPTY_AS_NULL = "a text that is written as null when it is empty, and never read"


SPARSE, NEEDED = Mark.SPARSE, Mark.NEEDED
AS_TEXT, MILLISECONDS, EMPTY_AS_NULL = Mark.AS_TEXT, Mark.MILLISECONDS, Mark.EMPTY_AS_NULL
WRITTEN_ONLY = frozenset({AS_TEXT, MILLISECONDS, EMPTY_AS_NULL})
