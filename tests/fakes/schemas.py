"""Checks foreign schemas in the same process, without limits on size or time."""

from collections.abc import Sequence

from brain.run.schema import foreign_complaint, foreign_objection
from brain.run.tools import Json


class MemorySchemas:
    async def objections(self, schemas: Sequence[Json]) -> list[str]:
        return [foreign_objection(schema) for schema in schemas]

    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        return [foreign_complaint(schema, arguments) for schema, arguments in calls]
