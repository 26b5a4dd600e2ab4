"""The stored forms: what was written once loads, is written again byte for byte, and what cannot be
understood is said to be unreadable.
"""

from typing import Any

import pytest

from tests.golden.forms import FORMS, EntryUnreadable
from tests.golden.loading import cases, having, older, parts, without
from tests.golden.samples import OLDER, SAMPLES
from tests.golden.text import load, stored

GOLDEN = load("forms")
CASES = list(cases(SAMPLES))
VERSIONED = [case for case in CASES if "v" in GOLDEN[case[0]][case[1]]["needs"]]
NEEDED = [(kind, name, field) for kind, name in CASES for field in GOLDEN[kind][name]["needs"]]
KINDS = [
    *(("message", name, "kind") for name in SAMPLES["message"]),
    *(("archive", name, "kind") for name in SAMPLES["archive"] if not name.startswith("user")),
    *(("message", name, "speak") for name in SAMPLES["message"]),
    *(("notice", name, "kind") for name in SAMPLES["notice"]),
    *(("journal", name, "is") for name in ("answered", "interrupted", "started", "returned")),
    *(("preferences", name, "emails") for name in SAMPLES["preferences"]),
]
VERSIONS: tuple[Any, ...] = (2, 0, -1, "1", None, 1.5)


def golden(kind: str, name: str) -> str:
    """The stored text."""
    return stored(GOLDEN[kind][name]["form"])


def test_every_sample_is_written() -> None:
    assert set(CASES) == set(cases(GOLDEN))
    assert set(OLDER) == set(load("older"))


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_stored_form_loads(kind: str, name: str) -> None:
    assert FORMS[kind].decode(golden(kind, name)) == SAMPLES[kind][name]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_value_is_stored_byte_for_byte_as_before(kind: str, name: str) -> None:
    assert FORMS[kind].encode(SAMPLES[kind][name]) == golden(kind, name)


@pytest.mark.parametrize("name", OLDER)
def test_a_form_that_lacks_later_fields_loads(name: str) -> None:
    kind, sample, lacking = OLDER[name]
    text = stored(load("older")[name]["form"])
    assert text == older(kind, sample, lacking)
    assert FORMS[kind].decode(text) == SAMPLES[kind][sample]


@pytest.mark.parametrize(("kind", "name"), [case for case in CASES if case[0] != "heard"])
def test_a_field_that_is_not_known_is_left_alone(kind: str, name: str) -> None:
    text = having(golden(kind, name), later={"a": [1]})
    assert FORMS[kind].decode(text) == SAMPLES[kind][name]


@pytest.mark.parametrize(("kind", "name", "field"), NEEDED)
def test_a_form_without_a_field_that_it_needs_is_unreadable(
    kind: str, name: str, field: str
) -> None:
    with pytest.raises(EntryUnreadable):
        FORMS[kind].decode(without(golden(kind, name), field))


@pytest.mark.parametrize(("kind", "name", "field"), NEEDED)
def test_what_is_needed_is_there(kind: str, name: str, field: str) -> None:
    assert field in parts(golden(kind, name))[1]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("kind", "name"), VERSIONED)
def test_a_version_that_is_not_known_is_unreadable(kind: str, name: str, version: Any) -> None:
    with pytest.raises(EntryUnreadable):
        FORMS[kind].decode(having(golden(kind, name), v=version))


@pytest.mark.parametrize(("kind", "name", "field"), KINDS)
def test_a_kind_that_is_not_known_is_unreadable(kind: str, name: str, field: str) -> None:
    with pytest.raises(EntryUnreadable):
        FORMS[kind].decode(having(golden(kind, name), **{field: "dreamt"}))


@pytest.mark.parametrize("kind", ["utterance", "message", "journal", "notice", "reminder"])
@pytest.mark.parametrize("broken", ["", "{", "[]", "null", "7", '"v"', '{"v":1', "{}"])
def test_what_is_no_form_is_unreadable(kind: str, broken: str) -> None:
    head = parts(golden(kind, next(iter(SAMPLES[kind]))))[0]
    with pytest.raises(EntryUnreadable):
        FORMS[kind].decode(head + broken)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("utterance", "createdAt"), ("message", "createdAt"), ("notice", "at"), ("reminder", "at")],
)
def test_a_time_that_is_none_is_unreadable(kind: str, field: str) -> None:
    text = golden(kind, next(iter(SAMPLES[kind])))
    with pytest.raises(EntryUnreadable):
        FORMS[kind].decode(having(text, **{field: "some day"}))
