"""What was played in rehearsals, in memory."""

import json
from collections.abc import Sequence

from brain.codec import Json
from brain.jobs.rehearsals.ports import Step, WorldEffect


class MemoryRehearsals:
    """`RehearsalStore` without a database. Each method is one step: nothing comes in between."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int], str] = {}
        self.noted: dict[tuple[str, str], WorldEffect] = {}

    async def keep_steps(self, mind_id: str, run_id: str, entries: Sequence[Json]) -> None:
        for place, entry in enumerate(entries):
            self.kept.setdefault((mind_id, run_id, place), json.dumps(entry))

    async def keep_step(self, mind_id: str, step: Step) -> Json:
        key = (mind_id, step.run_id, step.place)
        kept: Json = json.loads(self.kept.setdefault(key, json.dumps(step.entry)))
        return kept

    async def steps(self, mind_id: str) -> Sequence[Step]:
        return [
            Step(run_id=run_id, place=place, entry=json.loads(entry))
            for (of, run_id, place), entry in sorted(self.kept.items())
            if of == mind_id
        ]

    async def note_effect(self, mind_id: str, key: str, effect: WorldEffect) -> WorldEffect:
        return self.noted.setdefault((mind_id, key), effect)

    async def effect(self, mind_id: str, key: str) -> WorldEffect | None:
        return self.noted.get((mind_id, key))

    async def effects(self, mind_ids: Sequence[str]) -> Sequence[tuple[str, WorldEffect]]:
        return [(of, effect) for (of, _), effect in self.noted.items() if of in mind_ids]

    async def labels(self, user_id: str) -> Sequence[tuple[str, str]]:
        return ()
