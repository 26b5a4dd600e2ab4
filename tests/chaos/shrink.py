"""The shortest history that still breaks the same promise, and how it is told."""

from collections.abc import Iterator

from msgspec.structs import replace

from tests.chaos.faults import Fault
from tests.chaos.histories import PRODUCT, History, play
from tests.chaos.product import Product
from tests.chaos.stories import Story

TRIES = 400  # histories played in search of a shorter one


def shrink(history: History, *, product: Product = PRODUCT) -> History:
    """Leave out faults, then what users say, as long as a promise that was broken still is."""
    best = play(history.story, history.faults, product=product)
    tries = 0
    while tries < TRIES:
        for candidate in _shorter(best, product):
            tries += 1
            found = play(candidate.story, candidate.faults, product=product)
            if broken(found) & broken(history):
                best = found
                break
        else:
            break
    return best


def broken(history: History) -> set[str]:
    """The promises that a history breaks: I1 to I8, or I0 for code that crashed."""
    return {wrong.partition(" ")[0] for wrong in history.wrong}


def report(history: History, *, product: Product = PRODUCT) -> str:
    """What a reader needs to see it happen: the shortest history, and how to play this one."""
    shortest = shrink(history, product=product)
    lines = [
        f"history: {history}",
        *(f"  {wrong}" for wrong in history.wrong),
        f"shortest found: {shortest}",
        *(f"  {wrong}" for wrong in shortest.wrong),
        *shortest.trace,
        f"again: python -m tests.chaos.replay {history}",
    ]
    return "\n".join(lines)


def _shorter(history: History, product: Product) -> Iterator[History]:
    """The same with one thing less."""
    for left_out in history.faults:
        kept = tuple(fault for fault in history.faults if fault != left_out)
        yield replace(history, faults=kept)
    for story in _smaller(history.story):
        yield replace(history, story=story, faults=_moved(history, story, product))


def _moved(history: History, story: Story, product: Product) -> tuple[Fault, ...]:
    """The faults where the same calls are in a smaller story, counted by user and kind."""
    faults: tuple[Fault, ...] = ()
    for fault in history.faults:
        if isinstance(fault.at, str):
            faults = (*faults, fault)
            continue
        what = history.points[fault.at].what
        nth = sum(place.what == what for place in history.points[: fault.at])
        same = [
            place.number
            for place in play(story, faults, product=product).points
            if place.what == what
        ]
        if nth < len(same):
            faults = (*faults, replace(fault, at=same[nth]))
    return faults


def _smaller(story: Story) -> Iterator[Story]:
    for i in range(len(story.asks)):
        if len(story.asks) > 1:
            yield replace(story, asks=story.asks[:i] + story.asks[i + 1 :])
    if story.stops:
        yield replace(story, stops=())
