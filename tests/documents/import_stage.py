"""How the tests of the import run its command."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    code: int
    out: str
    err: str


type Command = Callable[..., Awaitable[Printed]]
type TakenIn = Callable[[Path], Awaitable[list[str]]]
