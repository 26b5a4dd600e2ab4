"""What checks the schemas of front ends' tools."""

from collections.abc import Sequence
from typing import Protocol

from brain.codec import Json


class Schemas(Protocol):
    """Compiles and checks JSON schemas from front ends, without blocking the event loop.

    Each call has one time limit for all its schemas. When it passes, every answer is that reason.
    Both methods raise CheckerUnreachable if nothing can be checked now.
    """

    async def objections(self, schemas: Sequence[Json]) -> list[str]:
        """Return for each schema why it is rejected; empty if it is accepted."""

    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        """Return for each schema and JSON arguments what is wrong with the arguments.

        The text is for the model; empty if the arguments are valid.
        """
