"""What is promised, and what was seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from brain.check.site import Site

type LookAt = Callable[["Site"], Awaitable[str]]


class Broken(Exception):
    """A promise is not kept. The text says what was seen."""


class NotOffered(Exception):
    """The promise cannot be looked at here. The text says why."""


class CannotCheck(Exception):
    """Nothing can be checked at all. The text is for the operator."""


class PromiseState(StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


class Promise(Struct, frozen=True, kw_only=True):
    """One thing that a deployment promises. `look` returns what it has seen, or raises Broken or
    NotOffered.
    """

    group: str
    name: str
    expected: str
    look: LookAt


class Result(Struct, frozen=True, kw_only=True):
    """What became of a promise, after `ms` milliseconds."""

    promise: Promise
    state: PromiseState
    seen: str
    ms: int


def need(holds: object, seen: str) -> None:
    """Raise Broken with what was seen unless the condition holds."""
    if not holds:
        raise Broken(seen)
