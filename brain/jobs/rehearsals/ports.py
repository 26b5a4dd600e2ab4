"""What rehearsals need from outside besides jobs: what was played, and what it did."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from brain.codec import Json

PLAYER = "player"  # in place of a run id: the moves of the player
WORLD = "world"  # in place of a run id: what the brain did not find in its world


class Step(Struct, frozen=True, kw_only=True):
    """An entry of a run's journal, or a move of the player, at its place."""

    run_id: str
    place: int
    entry: Json


class WorldEffect(Struct, frozen=True, kw_only=True):
    """What the brain did in its world with one call. `seq` is the log's last place at that time.

    `arguments` are the call's; `result` begins with `REFUSED` if the world has refused it.
    """

    seq: int
    tool: str
    arguments: Json
    result: str

    @property
    def is_refused(self) -> bool:
        return self.result.startswith(REFUSED)


REFUSED = "Not done: "


class RehearsalStore(Protocol):
    """What was played in each rehearsal. All methods may be repeated; they raise
    DatabaseUnreachable.
    """

    async def keep_steps(self, mind_id: str, run_id: str, entries: Sequence[Json]) -> None:
        """Keep the entries of a run, each at its place. What is there stays."""

    async def keep_step(self, mind_id: str, step: Step) -> Json:
        """Keep one entry; return the one that stands at its place now."""

    async def steps(self, mind_id: str) -> Sequence[Step]:
        """Return all entries: of each run in their order, the runs by their ids."""

    async def note_effect(self, mind_id: str, key: str, effect: WorldEffect) -> WorldEffect:
        """Note what a call did, once for each idempotency key; return what is noted."""

    async def effect(self, mind_id: str, key: str) -> WorldEffect | None:
        """Return what this call did; None if it is not known."""

    async def effects(self, mind_ids: Sequence[str]) -> Sequence[tuple[str, WorldEffect]]:
        """Return what these minds did, each with the mind's id, in the order in which it was."""

    async def labels(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return the verdicts that this user has labelled: the judge's, and the person's."""
