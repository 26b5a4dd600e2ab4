"""The services that memory needs."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from brain.memory.ports import Archive, Facts, ShownBlock
from brain.preferences.ports import PreferenceStore
from brain.run.limits import Limits
from brain.run.ports import Clock, Log, Model
from brain.run.store import StateStore

type Addition = Callable[[str], Awaitable[str]]


async def no_addition(user_id: str) -> str:
    """Return nothing: the brain has no instructions but its own."""
    return ""


class MemoryServices(Struct, frozen=True, kw_only=True):
    """The services that memory needs.

    `facts`, `archive` and `preferences` are None without a database. `log` is the whole log,
    including the archive if there is one. `addition` returns what a user adds to the brain's
    instructions.
    """

    facts: Facts | None
    archive: Archive | None
    preferences: PreferenceStore | None
    block: ShownBlock
    store: StateStore
    log: Log
    model: Model
    clock: Clock
    limits: Limits
    addition: Addition = no_addition
