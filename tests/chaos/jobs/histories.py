"""Histories of jobs: one with given faults, and all of a kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.faults import Exactly, Fault, Place
from tests.chaos.jobs.faults import EVENTS, PORTS_OF_EVENTS, faults_at
from tests.chaos.jobs.invariants import violations
from tests.chaos.jobs.product import PRODUCT, Product
from tests.chaos.jobs.stories import JobStory
from tests.chaos.jobs.world import JobWorld
from tests.chaos.processes import run_processes


@dataclass(frozen=True, kw_only=True, slots=True)
class JobHistory:
    """What was played. `points` are all calls of ports in their order."""

    story: JobStory
    faults: tuple[Fault, ...]
    points: tuple[Place, ...]
    wrong: tuple[str, ...]
    trace: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join([self.story.name, *(str(fault) for fault in self.faults)])


def play(story: JobStory, given: Iterable[Fault] = (), *, product: Product = PRODUCT) -> JobHistory:
    """Play a story with these faults."""
    faults = tuple(given)

    async def whole() -> tuple[JobWorld, tuple[str, ...]]:
        world = JobWorld(story, Exactly(faults), product)
        await world.play()
        return world, await violations(world)

    world, wrong = run_processes(whole)
    return JobHistory(
        story=story,
        faults=faults,
        points=tuple(world.points),
        wrong=wrong,
        trace=tuple(world.trace),
    )


def singles(
    story: JobStory, *, product: Product = PRODUCT, every: int = 1, kinds: Sequence[str] = ()
) -> Iterator[JobHistory]:
    """The story without a fault, and with each single fault or event at each point.

    `every` takes only each so-manieth of them, `kinds` only those of some kinds. A kind such as
    `stop+pause.after` is two at one point.
    """
    plain = play(story, product=product)
    yield plain
    for both in (kind.split("+") for kind in kinds if "+" in kind):
        for place in plain.points:
            yield play(story, [Fault(place.number, kind) for kind in both], product=product)
    faults = [fault for fault in _all_of(plain) if not any(kinds) or fault.kind in kinds]
    for fault in faults[::every]:
        yield play(story, [fault], product=product)


def pairs(
    story: JobStory, *, product: Product = PRODUCT, firsts: int = 1, seconds: int = 1
) -> Iterator[JobHistory]:
    """Two faults: the second at each point that the history with the first one has after it.

    `firsts` and `seconds` take only each so-manieth of them.
    """
    for first in [*_all_of(play(story, product=product))][::firsts]:
        seen = play(story, [first], product=product)
        later = [f for place in seen.points[int(first.at) :] for f in faults_at(place)]
        for second in later[int(first.at) % seconds :: seconds]:
            if second != first and not _is_hopeless(seen, first, second):
                yield play(story, [first, second], product=product)


def _all_of(history: JobHistory) -> Iterator[Fault]:
    for place in history.points:
        yield from faults_at(place)
        if place.port in PORTS_OF_EVENTS:
            yield from (Fault(place.number, kind) for kind in EVENTS)


def _is_hopeless(history: JobHistory, *faults: Fault) -> bool:
    """Whether a sweep is lost that was acknowledged: then nothing else may be lost as well."""
    return any(
        fault.kind == "dropped" and history.points[int(fault.at)].what == "queue.sweep"
        for fault in faults
    )
