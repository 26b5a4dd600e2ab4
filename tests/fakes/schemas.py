"""Checks foreign schemas in the same process, without limits on size or time."""

from collections.abc import Sequence

from brain.codec import Json
from brain.tools.schema import foreign_complaint, foreign_objection


class MemorySchemas:
    async def objections(self, schemas: Sequence[Json]) -> list[str]:
        return [foreign_objection(schema) for schema in schemas]

    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        return [foreign_complaint(schema, arguments) for schema, arguments in calls]
