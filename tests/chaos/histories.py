"""A history: a story, what goes wrong in it, and what came of it."""

import logging
from collections.abc import Iterable

from msgspec import Struct

from tests.chaos.faults import Exactly, Fault, Place, Plan
from tests.chaos.invariants import violations
from tests.chaos.processes import run_processes
from tests.chaos.product import Product
from tests.chaos.stories import Story
from tests.chaos.world import World

PRODUCT = Product()


class History(Struct, frozen=True, kw_only=True):
    """What was played. `points` are all calls of ports in their order."""

    story: Story
    faults: tuple[Fault, ...]
    points: tuple[Place, ...]
    wrong: tuple[str, ...]
    trace: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join([self.story.name, *(str(fault) for fault in self.faults)])


def play(story: Story, faults: Iterable[Fault] = (), *, product: Product = PRODUCT) -> History:
    """Play a story with these faults."""
    return perform(story, plan := Exactly(faults), plan.faults, product=product)


def perform(
    story: Story, plan: Plan, faults: Iterable[Fault], *, product: Product = PRODUCT
) -> History:
    """Play a story with the faults that a plan decides on; `faults` is read when it is over."""

    async def whole() -> tuple[World, tuple[str, ...]]:
        world = World(story, plan, product)
        await world.play()
        return world, await violations(world)

    with _Overheard() as overheard:
        world, wrong = run_processes(whole)
    return History(
        story=story,
        faults=tuple(faults),
        points=tuple(world.points),
        wrong=(*wrong, *overheard.leaks(world)),
        trace=tuple(world.trace),
    )


class _Overheard(logging.Handler):
    """The product's log lines of one history: they may hold no word of a user or of the brain."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._logger = logging.getLogger("brain")
        self._before = (self._logger.level, self._logger.propagate)

    def __enter__(self) -> "_Overheard":
        self._logger.addHandler(self)
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False
        return self

    def __exit__(self, *about: object) -> None:
        self._logger.removeHandler(self)
        self._logger.level, self._logger.propagate = self._before

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def leaks(self, world: World) -> list[str]:
        words = {said.text for said in world.ledger.said}
        return [
            f"I7 a log line holds a text: {x}" for x in self.lines if any(w in x for w in words)
        ]
