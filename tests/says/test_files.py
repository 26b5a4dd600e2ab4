"""Every language file has all entries, and all files say the same."""

import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from brain.says import de, en, es, fr
from brain.says.texts import Progress, Texts

IMPORTED = {"Mapping", "Sequence"}
WHOLE, PARTS = [en, de], [es, fr]
FUNCTIONS = sorted(name for name, entry in vars(en).items() if inspect.isfunction(entry))
PUBLIC_FUNCTIONS = [name for name in FUNCTIONS if not name.startswith("_")]
BOTH = "English and German"


def entries(file: ModuleType) -> dict[str, Any]:
    """The entries of a file by name."""
    return {
        name: entry
        for name, entry in vars(file).items()
        if not name.startswith("_") and name not in IMPORTED
    }


def required(kind: type) -> set[str]:
    """The entries that a kind of file must have."""
    members: set[str] = vars(kind)["__protocol_attrs__"]
    return members


def signature(function: Any) -> list[tuple[str, Any]]:
    """The parameters of a function, without `self`."""
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.annotation, one.kind) for one in parameters if one.name != "self"]  # type: ignore[misc]


def filled(function: Any) -> tuple[str, dict[str, bool]]:
    """A text with something in each place, and which of these it shows."""
    given: dict[str, Any] = {}
    marks: dict[str, list[str]] = {}
    for number, (name, one) in enumerate(inspect.signature(function).parameters.items(), 41):
        match one.annotation.__name__ if isinstance(one.annotation, type) else "Sequence":
            case "str":
                given[name], marks[name] = f"<{name}>", [f"<{name}>"]
            case "int":
                given[name], marks[name] = number, [str(number)]
            case "bool":
                given[name], marks[name] = True, []
            case _:
                given[name] = marks[name] = [f"<{name} 1>", f"<{name} 2>"]
    text = function(**given)
    return text, {name: all(mark in text for mark in shown) for name, shown in marks.items()}


@pytest.mark.parametrize("file", WHOLE)
def test_a_language_has_exactly_the_required_entries(file: ModuleType) -> None:
    assert {*entries(file)} == required(Texts)


@pytest.mark.parametrize("file", PARTS)
def test_a_language_with_only_progress_has_all_entries_for_progress(file: ModuleType) -> None:
    assert {*entries(file)} == required(Progress)


@pytest.mark.parametrize("file", [*WHOLE, *PARTS])
def test_an_entry_has_the_same_type_in_each_language(file: ModuleType) -> None:
    for name, entry in entries(file).items():
        english = entries(en)[name]
        if isinstance(entry, Mapping):
            assert {*entry} == {*english}
            assert all(entry.values())
        elif isinstance(entry, str):
            assert entry.strip() == entry != ""
        elif isinstance(entry, tuple):
            assert len(entry) == len(english) == len({*entry})
            assert all(text.strip() == text != "" for text in entry)
        else:
            assert signature(entry) == signature(english) == signature(getattr(Texts, name))


@pytest.mark.parametrize("name", PUBLIC_FUNCTIONS)
def test_a_text_shows_the_same_parts_in_each_language(name: str) -> None:
    english, german = filled(getattr(en, name)), filled(getattr(de, name))
    assert english[1] == german[1]
    assert english[0]
    assert german[0]


def test_nothing_is_left_in_english() -> None:
    for name, english in entries(en).items():
        german = entries(de)[name]
        if isinstance(english, Mapping):
            assert all(german[key] != text for key, text in english.items())
        elif isinstance(english, str):
            assert german != english
        elif isinstance(english, tuple):
            assert {*german}.isdisjoint(english)


@pytest.mark.parametrize("file", [*WHOLE, *PARTS])
def test_singular_and_plural_differ(file: ModuleType) -> None:
    for name in ("seconds", "minutes"):
        one, two = getattr(file, name)(1), getattr(file, name)(2)
        assert one.replace("1", "2") != two
