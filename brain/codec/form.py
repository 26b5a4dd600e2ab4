"""Forms: how a struct is written as JSON and read back."""

import json
import logging
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from brain.codec.hints import Turned, conversions, plain, verbatim
from brain.codec.marks import NEEDED, SPARSE, Lacking, Named
from brain.codec.text import Json, dumps
from brain.errors import EntryUnreadable

log = logging.getLogger(__name__)

VERSION = 1  # of the stored forms; newer code wrote a form with a higher version


class Field(NamedTuple):
    """A field of a form.

    `default` is NODEFAULT if the field has no default. `may_lack`: a form without the field loads;
    `lacking` is then its value, or NODEFAULT for the default.
    """

    attribute: str
    name: str
    hint: Any
    default: Any
    is_sparse: bool
    may_lack: bool
    lacking: Any
    write: Turned | None
    read: Turned


class Form[T: Struct]:
    """The form of a struct. It is computed when it is first used.

    `tag` is a name and a value that identify this form; it is written first. `first` are the names
    that are written before all others. `without` are attributes that are left out. `also` are
    properties that are written too, and not read. `parts` are the forms of nested structs that
    do not have the default form.
    """

    def __init__(
        self,
        of: type[T],
        *,
        tag: tuple[str, Any] | None = None,
        first: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
        also: tuple[str, ...] = (),
        parts: tuple["Form[Any]", ...] = (),
    ) -> None:
        self.of = of
        self.tag = tag
        self._first = first
        self._without = without
        self._also = also
        self._parts = {part.of: part for part in parts}

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields in the order in which they are written, without the tag."""
        found = {field.name: field for field in self._fields()}
        first = [found[name] for name in self._first if name in found]
        return (*first, *(field for field in found.values() if field.name not in self._first))

    def encode(self, value: T) -> Json:
        """Return the form of a value."""
        form: Json = {}
        for name, get, write, is_sparse, default in self._writing:
            found = get(value)
            if not (is_sparse and found == default):
                form[name] = found if write is None else write(found)
        return form

    def decode(self, form: Any, **extra: Any) -> T:
        """Read a value from its form; `extra` are attributes that are not in the form.

        Unknown fields are ignored. Raises EntryUnreadable, which names the field and no value.
        """
        if not isinstance(form, dict):
            raise EntryUnreadable(f"{self.of.__name__} cannot be read: not an object")
        name = ""
        try:
            for name, attribute, verbatim, read, may_lack, lacking in self._reading:
                given = form.get(name, NODEFAULT)
                if type(given) in verbatim:
                    extra[attribute] = given
                elif given is not NODEFAULT:
                    extra[attribute] = read(given)
                elif not may_lack:
                    raise ValueError("a required field is missing")
                elif lacking is not NODEFAULT:
                    extra[attribute] = lacking
        except (KeyError, TypeError, ValueError) as error:
            raise EntryUnreadable(f"{self.of.__name__} cannot be read: {name}") from error
        return self.of(**extra)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the form, in the order in which they are written."""
        names = [field.name for field in self.fields]
        if self.tag is not None:
            name = self.tag[0]
            names.insert(self._first.index(name) if name in self._first else 0, name)
        return tuple(names)

    def _fields(self) -> Iterator[Field]:
        for field in fields(self.of):
            if field.name not in self._without:
                yield self._field(field.name, field.type, field.default)
        for name in self._also:
            getter = getattr(self.of, name).fget
            hint = get_type_hints(getter, include_extras=True)["return"]
            yield self._field(name, hint, None if SPARSE in plain(hint)[1] else NODEFAULT)

    def _field(self, attribute: str, hint: Any, default: Any) -> Field:
        _, marks = plain(hint)
        given = [str(mark) for mark in marks if isinstance(mark, Named)]
        lacking = [mark.value for mark in marks if isinstance(mark, Lacking)]
        write, read = conversions(hint, self._part)
        return Field(
            attribute=attribute,
            name=given[0] if given else camel(attribute),
            hint=hint,
            default=default,
            is_sparse=SPARSE in marks,
            may_lack=default is not NODEFAULT and NEEDED not in marks,
            lacking=lacking[0] if lacking else NODEFAULT,
            write=write,
            read=read,
        )

    def _part(self, kind: type) -> tuple[Turned, Turned]:
        form = self._parts.get(kind) or _form_of(kind)
        return form.encode, form.decode

    @cached_property
    def _writing(self) -> tuple[tuple[str, Turned, Turned | None, bool, Any], ...]:
        found: dict[str, tuple[str, Turned, Turned | None, bool, Any]] = {
            field.name: (
                field.name,
                attrgetter(field.attribute),
                field.write,
                field.is_sparse,
                field.default,
            )
            for field in self.fields
        }
        if self.tag is not None:
            name, value = self.tag
            found[name] = (name, lambda _: value, None, False, NODEFAULT)
        return tuple(found[name] for name in self.names)

    @cached_property
    def _reading(self) -> tuple[tuple[str, str, frozenset[type], Turned, bool, Any], ...]:
        return tuple(
            (one.name, one.attribute, verbatim(one.hint), one.read, one.may_lack, one.lacking)
            for one in self.fields
            if one.attribute not in self._also
        )


class Stored[T: Struct]:
    """A form as JSON text that starts with its version."""

    def __init__(self, form: "Form[T] | OneOf[T]") -> None:
        self._form = form

    def write(self, value: T) -> str:
        """Return the stored text of a value."""
        return dumps({"v": VERSION, **self._form.encode(value)})

    def read(self, text: str, **extra: Any) -> T:
        """Read a value from its stored text; `extra` are attributes that are not in it.

        Raises EntryUnreadable.
        """
        return self._form.decode(loads(text), **extra)


class OneOf[T]:
    """The forms of a union. Their tags have the same name and different values."""

    def __init__(self, *forms: Form[Any]) -> None:
        self.forms = forms
        self.name = str(forms[0].tag and forms[0].tag[0])
        self._by_tag = {form.tag and form.tag[1]: form for form in forms}
        self._by_class = {form.of: form for form in forms}

    def encode(self, value: T) -> Json:
        """Return the form of a value."""
        return self._by_class[type(value)].encode(value)

    def decode(self, form: Any, **extra: Any) -> T:
        """Read a value from its form; `extra` are attributes that are not in the form.

        Raises EntryUnreadable.
        """
        tag = form.get(self.name) if isinstance(form, dict) else None
        known = self._by_tag.get(tag) if isinstance(tag, str) else None
        if known is None:
            raise EntryUnreadable(f"a form with this {self.name} is not known")
        value: T = known.decode(form, **extra)
        return value


def loads(text: str) -> Json:
    """Parse a stored text. Raises EntryUnreadable for invalid text or an unknown version."""
    try:
        form = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise EntryUnreadable("a stored form is not JSON") from error
    if not isinstance(form, dict) or not isinstance(form.get("v"), int):
        raise EntryUnreadable("a stored form has no version")
    if not 1 <= form["v"] <= VERSION:
        raise EntryUnreadable(f"a stored form of version {form['v']} is not known")
    return form


def note_unreadable(error: EntryUnreadable) -> None:
    """Log that a stored form is left out. Each reason is logged once, not with every read."""
    _note_once(str(error))


@lru_cache(maxsize=256)
def _note_once(reason: str) -> None:
    log.warning("stored: left out, reason=%s", reason)


def camel(name: str) -> str:
    """Return the name of an attribute in camelCase."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@cache
def _form_of(kind: type) -> Form[Any]:
    """Return the default form of a nested struct."""
    return Form(kind)
