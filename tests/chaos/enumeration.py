"""All histories of a kind: every single fault, every pair, every instant for a second text."""

from collections.abc import Iterator

from tests.chaos.faults import EVENTS, Fault, faults_at
from tests.chaos.histories import PRODUCT, History, play
from tests.chaos.product import Product
from tests.chaos.stories import Story


def singles(story: Story, *, product: Product = PRODUCT) -> Iterator[History]:
    """The story without a fault, with each single fault at each point, and with a model that kills
    whoever asks it.
    """
    plain = play(story, product=product)
    yield plain
    yield play(story, [Fault("model", "kill.after")], product=product)
    for place in plain.points:
        for fault in faults_at(place):
            yield play(story, [fault], product=product)


def events(story: Story, *, product: Product = PRODUCT) -> Iterator[History]:
    """The story with a second text, the same text again, or a stop at each point."""
    for place in play(story, product=product).points:
        for kind in EVENTS:
            yield play(story, [Fault(place.number, kind)], product=product)


def pairs(
    story: Story, *, product: Product = PRODUCT, every: int = 1, events_first: bool = False
) -> Iterator[History]:
    """Two faults: the second at each point that the history with the first one has after it.

    `every` takes only each so-manieth pair; `events_first` takes a user's doings as the first.
    """
    count = 0
    for first in (
        events(story, product=product) if events_first else singles(story, product=product)
    ):
        at = first.faults[0].at if first.faults else ""
        if isinstance(at, str):
            continue
        for place in first.points[at:]:
            for fault in faults_at(place):
                count += 1
                if count % every == 0 and fault != first.faults[0]:
                    yield play(story, [*first.faults, fault], product=product)


def hunt(story: Story, *, product: Product = PRODUCT) -> Iterator[History]:
    """Histories in the order in which they are likely to show a bug soonest."""
    yield from singles(story, product=product)
    yield from events(story, product=product)
    yield from pairs(story, product=product, events_first=True)
    yield from pairs(story, product=product)
