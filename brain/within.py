"""The adapters of a rehearsed brain: what its world has, and nothing else.

Everything that `Adapters` has is either given with the world or absent. What is added there later
is absent, until it is named here. So nothing falls through to what the owner's brain uses.
"""

from dataclasses import fields

from brain.adapters import Adapters
from brain.feature import Inside, NotInThisWorld

GIVEN = frozenset(field.name for field in fields(Inside))


class WorldAdapters(Adapters):
    """The adapters in a world. The use of another one raises NotInThisWorld."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.env = inside.env

    def __getattribute__(self, name: str) -> object:
        """Return what the world gives. Adapters and their settings are looked up nowhere else."""
        if name in GIVEN:
            return getattr(object.__getattribute__(self, "inside"), name)
        if name in ABSENT:
            raise NotInThisWorld(name)
        return object.__getattribute__(self, name)


ABSENT = frozenset(name for name in vars(Adapters) if not name.startswith("__")) - GIVEN
