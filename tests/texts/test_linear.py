"""What reads texts of others takes time that grows with their length and no faster.

Everything here looks at the processor time of one thread, at its growth rather than its amount, and
takes the best of several tries. The amount is measured by `python -m bench parsers`.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import brain
from tests.texts.hostile import PIECES, is_linear
from tests.texts.parsers import PARSERS

LENGTH = 6_000  # of a text that is fed to a pattern
GROWN = 12_000  # of a text that is fed to a parser, to see how the time grows


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _patterns(inner)


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled pattern of the product, by the place where it is defined."""
    found: dict[re.Pattern[Any], str] = {}
    for module in pkgutil.walk_packages(brain.__path__, "brain."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for number, pattern in enumerate(_patterns(value)):
                found.setdefault(pattern, f"{module.name}.{name}.{number}")
    return {place: pattern for pattern, place in found.items()}


PATTERNS = patterns()


def everywhere(pattern: re.Pattern[Any]) -> Callable[[str], None]:
    """Search a text for all places that match."""
    is_bytes = isinstance(pattern.pattern, bytes)

    def read(text: str) -> None:
        for _ in pattern.finditer(text.encode() if is_bytes else text):
            pass

    return read


def whole(pattern: re.Pattern[Any]) -> Callable[[str], None]:
    """Match a whole text, which fails at its end."""
    is_bytes = isinstance(pattern.pattern, bytes)
    return lambda text: void(pattern.fullmatch(f"{text}\0".encode() if is_bytes else f"{text}\0"))


def void(_: object) -> None:
    pass


@pytest.mark.parametrize("place", PATTERNS)
def test_no_pattern_is_tried_again_and_again_over_the_same_text(place: str) -> None:
    ways = [way(PATTERNS[place]) for way in (everywhere, whole)]
    assert [piece for piece in PIECES for read in ways if not is_linear(read, piece, LENGTH)] == []


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_takes_four_times_as_long_for_four_times_the_text(name: str) -> None:
    read, bound = PARSERS[name]
    read("a")  # imports and caches
    length = min(bound, GROWN)
    assert [piece for piece in PIECES if not is_linear(read, piece, length)] == []


def backtracking(text: str) -> None:
    """Look for a match from each place to the end."""
    re.search("a*b", text)


def beginning_again(text: str) -> None:
    """Read the whole beginning again with each character."""
    for end in range(len(text)):
        text[:end].casefold()


@pytest.mark.parametrize("read", [backtracking, beginning_again])
def test_what_takes_sixteen_times_as_long_is_noticed(read: Callable[[str], None]) -> None:
    assert not is_linear(read, "a", LENGTH)
