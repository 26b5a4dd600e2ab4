"""Keeps in Postgres what was played in rehearsals."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import rows
from brain.codec import Json, clean
from brain.jobs.rehearsals.ports import Step, WorldEffect

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

KEEP = b"""
    insert into brain.steps (mind_id, run_id, place, entry)
    select %(mind_id)s, %(run_id)s, %(place)s + one.place - 1, one.entry
    from unnest(%(entries)s::json[]) with ordinality as one (entry, place)
    on conflict do nothing
"""
STEP = b"""
    select run_id, place, entry from brain.steps
    where mind_id = %(mind_id)s and run_id = %(run_id)s and place = %(place)s
"""
STEPS = b"""
    select run_id, place, entry from brain.steps
    where mind_id = %(mind_id)s
    order by run_id, place
"""
NOTE = b"""
    insert into brain.effects (mind_id, key, seq, tool, arguments, result)
    values (%(mind_id)s, %(key)s, %(seq)s, %(tool)s, %(arguments)s::json, %(result)s)
    on conflict do nothing
"""
EFFECT = b"""
    select seq, tool, arguments, result from brain.effects
    where mind_id = %(mind_id)s and key = %(key)s
"""
EFFECTS = b"""
    select mind_id, seq, tool, arguments, result from brain.effects
    where mind_id = any(%(mind_ids)s)
    order by at, seq, key
"""
LABELS = b"""
    select judge, person from brain.labels where user_id = %(user_id)s
"""


class PostgresRehearsals:
    """`RehearsalStore` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def keep_steps(self, mind_id: str, run_id: str, entries: Sequence[Json]) -> None:
        row = _steps_row(mind_id, run_id, 0, entries)

        async def work(connection: "Connection") -> None:
            await connection.execute(KEEP, row)

        if entries:
            await self._database.run(work)

    async def keep_step(self, mind_id: str, step: Step) -> Json:
        row = _steps_row(mind_id, step.run_id, step.place, [step.entry])

        async def work(connection: "Connection") -> Json:
            await connection.execute(KEEP, row)
            [kept] = await rows(connection, Step, STEP, row)
            return kept.entry

        return await self._database.run(work)

    async def steps(self, mind_id: str) -> Sequence[Step]:
        named = {"mind_id": mind_id}
        return await self._database.run(lambda connection: rows(connection, Step, STEPS, named))

    async def note_effect(self, mind_id: str, key: str, effect: WorldEffect) -> WorldEffect:
        named = {"mind_id": mind_id, "key": key}
        row = {
            **named,
            "seq": effect.seq,
            "tool": effect.tool,
            "arguments": json.dumps(effect.arguments),
            "result": clean(effect.result),
        }

        async def work(connection: "Connection") -> WorldEffect:
            await connection.execute(NOTE, row)
            [noted] = await rows(connection, WorldEffect, EFFECT, named)
            return noted

        return await self._database.run(work)

    async def effect(self, mind_id: str, key: str) -> WorldEffect | None:
        named = {"mind_id": mind_id, "key": key}
        found = await self._database.run(
            lambda connection: rows(connection, WorldEffect, EFFECT, named)
        )
        return found[0] if found else None

    async def effects(self, mind_ids: Sequence[str]) -> Sequence[tuple[str, WorldEffect]]:
        named = {"mind_ids": list(mind_ids)}

        async def work(connection: "Connection") -> Sequence[tuple[str, WorldEffect]]:
            found = await (await connection.execute(EFFECTS, named)).fetchall()
            return [
                (mind_id, WorldEffect(seq=seq, tool=tool, arguments=arguments, result=result))
                for mind_id, seq, tool, arguments, result in found
            ]

        return await self._database.run(work)

    async def labels(self, user_id: str) -> Sequence[tuple[str, str]]:
        named = {"user_id": user_id}

        async def work(connection: "Connection") -> Sequence[tuple[str, str]]:
            found = await (await connection.execute(LABELS, named)).fetchall()
            return [(judge, person) for judge, person in found]

        return await self._database.run(work)


def _steps_row(mind_id: str, run_id: str, place: int, entries: Sequence[Json]) -> dict[str, Any]:
    return {
        "mind_id": mind_id,
        "run_id": run_id,
        "place": place,
        "entries": [json.dumps(entry) for entry in entries],
    }
