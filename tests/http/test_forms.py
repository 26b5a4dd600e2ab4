"""Forms that follow from a dataclass."""

from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from msgspec import Struct

from brain.codec import (
    AS_TEXT,
    EMPTY_AS_NULL,
    MILLISECONDS,
    NEEDED,
    SPARSE,
    Form,
    Json,
    Named,
    OneOf,
    Stored,
)
from brain.errors import EntryUnreadable

NOON = datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Part(Struct, frozen=True, kw_only=True):
    whose: Annotated[str, Named("for")]


class Whole(Struct, frozen=True, kw_only=True):
    made_at: datetime
    opens: time
    colour: Colour
    share: float
    parts: tuple[Part, ...]
    names: tuple[str, ...] = ()
    more: Json | None = None
    side: Literal["left", "right"] = "left"
    is_late: Annotated[bool, SPARSE] = False
    count: Annotated[int, NEEDED] = 0


class Shown(Struct, frozen=True, kw_only=True):
    at_ms: Annotated[int | None, Named("at"), MILLISECONDS]
    colour: Annotated[Colour, AS_TEXT]
    why: Annotated[str, EMPTY_AS_NULL] = ""

    @property
    def size(self) -> int:
        return len(self.why)


WHOLE = Form(Whole)
VALUE = Whole(
    made_at=NOON, opens=time(7, 30), colour=Colour.RED, share=1, parts=(Part(whose="anna"),)
)
WRITTEN: Json = {
    "madeAt": "2026-01-31T12:00:00.123Z",
    "opens": "07:30",
    "colour": "red",
    "share": 1,
    "parts": [{"for": "anna"}],
    "names": [],
    "more": None,
    "side": "left",
    "count": 0,
}


def test_a_form_follows_from_the_fields() -> None:
    assert WHOLE.encode(VALUE) == WRITTEN
    assert list(WHOLE.encode(VALUE)) == list(WRITTEN)


def test_a_form_comes_back_to_the_millisecond() -> None:
    loaded = WHOLE.decode(WRITTEN)
    assert loaded.made_at == NOON.replace(microsecond=123_000)
    assert WHOLE.encode(loaded) == WRITTEN
    assert (loaded.opens, loaded.parts) == (VALUE.opens, VALUE.parts)


def test_a_sparse_field_is_written_when_it_has_another_value_than_its_default() -> None:
    late = WHOLE.decode({**WRITTEN, "isLate": True})
    assert late.is_late
    assert WHOLE.encode(late) == {**WRITTEN, "isLate": True}


@pytest.mark.parametrize("name", ["names", "more", "side"])
def test_a_form_without_a_field_that_has_a_default_loads(name: str) -> None:
    older = {key: value for key, value in WRITTEN.items() if key != name}
    assert WHOLE.decode(older) == WHOLE.decode(WRITTEN)


@pytest.mark.parametrize("name", ["madeAt", "parts", "count"])
def test_a_form_without_a_field_that_it_needs_does_not_load(name: str) -> None:
    broken = {key: value for key, value in WRITTEN.items() if key != name}
    with pytest.raises(EntryUnreadable, match=f"Whole cannot be read: {name}"):
        WHOLE.decode(broken)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("madeAt", 7),
        ("madeAt", "some day"),
        ("opens", "late"),
        ("colour", "blue"),
        ("share", True),
        ("parts", {}),
        ("names", [1]),
        ("more", []),
        ("side", "up"),
        ("isLate", None),
        ("count", 1.5),
    ],
)
def test_a_value_of_another_type_does_not_load(name: str, given: Any) -> None:
    with pytest.raises(EntryUnreadable, match=f"Whole cannot be read: {name}") as caught:
        WHOLE.decode({**WRITTEN, name: given})
    assert str(given) not in str(caught.value)


@pytest.mark.parametrize("given", [None, [], "text", {"for": 1}, {}])
def test_a_part_that_does_not_load_is_named(given: Any) -> None:
    with pytest.raises(EntryUnreadable, match="Part cannot be read"):
        WHOLE.decode({**WRITTEN, "parts": [given]})


def test_a_write_only_form_contains_properties_and_marked_fields() -> None:
    shown = Form(Shown, also=("size",), first=("size",))
    assert shown.encode(Shown(at_ms=1_000, colour=Colour.RED, why="so")) == {
        "size": 2,
        "at": "1970-01-01T00:00:01.000Z",
        "colour": "red",
        "why": "so",
    }
    assert shown.encode(Shown(at_ms=None, colour=Colour.RED))["why"] is None
    with pytest.raises(EntryUnreadable):
        Form(Shown).decode({"at": "1970-01-01T00:00:01.000Z", "colour": "red"})


def test_extra_attributes_are_read_with_a_form() -> None:
    form = Form(Whole, without=("count",))
    assert "count" not in form.encode(VALUE)
    assert form.decode(WRITTEN, count=3).count == 3


def test_the_tag_identifies_the_form_of_a_union() -> None:
    either: OneOf[Part | Whole] = OneOf(
        Form(Part, tag=("is", "part")), Form(Whole, tag=("is", "whole"))
    )
    written = either.encode(Part(whose="anna"))
    assert written == {"is": "part", "for": "anna"}
    assert either.decode(written) == Part(whose="anna")
    unknown: Any
    for unknown in ({"is": "hole"}, {"for": "anna"}, {"is": []}, []):
        with pytest.raises(EntryUnreadable):
            either.decode(unknown)


def test_a_stored_form_begins_with_its_version() -> None:
    stored = Stored(Form(Part))
    assert stored.write(Part(whose="anna")) == '{"v":1,"for":"anna"}'
    assert stored.read('{"v":1,"for":"anna"}') == Part(whose="anna")


class Unclear(Struct):
    either: int | str


class Foreign(Struct):
    what: set[str]


@pytest.mark.parametrize("kind", [Unclear, Foreign])
def test_a_type_without_a_form_raises_a_type_error(kind: type) -> None:
    with pytest.raises(TypeError, match="has no form"):
        _ = Form(kind).fields
