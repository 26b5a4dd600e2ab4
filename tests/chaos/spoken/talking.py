"""Histories of a call, by chance: its turns, each asked several times before it is over."""

import random

from msgspec.structs import replace

from tests.chaos.faults import AtRandom
from tests.chaos.histories import PRODUCT, History, perform
from tests.chaos.product import Product
from tests.chaos.stories import (
    END,
    KEEP,
    KEEPING,
    LIMITS,
    LOOK,
    LOOKING,
    SEND,
    SENDING,
    Ask,
    Beat,
    Story,
    bye,
    say,
)

ANIMALS = ("zebra", "walrus", "heron", "otter", "lynx", "gecko", "ermine", "marten")
MOST_REQUESTS = 5  # of a turn
GAP_S = 1.5  # seconds between two requests of a turn, at most
THINKING_S = 3.0  # seconds that the model needs for an answer, at most
TURNS_S = 8.0  # seconds between two turns
MOST_FAULTS = 4
ATTEMPTS = 20
LOOPS = (
    LOOKING,
    KEEPING,
    SENDING,
    Beat(calls=(("look", "{}"), ("keep", "{}"))),
    Beat(calls=(say("Now."), ("send", "{}"))),
    Beat(calls=(say("A step."),)),
)
LAST = (END, Beat(text="Plainly."), Beat(calls=(("keep", "{}"), bye("Kept."))))


def call_of(seed: int) -> Story:
    """The call that a seed tells."""
    chance = random.Random(f"call {seed}")
    beats = [*chance.choices(LOOPS, k=chance.randint(0, 3)), chance.choice(LAST)]
    asks: list[Ask] = []
    at = 0.0
    for turn in range(chance.randint(1, 3)):
        asks += _turn(chance, turn, at)
        at = asks[-1].at + chance.uniform(1.0, TURNS_S)
    if chance.random() < 0.3:
        asks.append(Ask(at=chance.uniform(0, at), text="typed"))
    duration_s, reserve_s = chance.choice(((300.0, 5.0), (300.0, 5.0), (6.0, 1.5)))
    return Story(
        name=f"call-{seed}",
        beats=tuple(replace(beat, delay_s=chance.uniform(0, THINKING_S)) for beat in beats),
        asks=tuple(asks),
        tools=(LOOK, KEEP, SEND),
        limits=replace(LIMITS, attempts=ATTEMPTS, look_s=1.0),
        max_duration_s=duration_s,
        reserve_s=reserve_s,
        patience_s=chance.choice((2.0, 8.0)),
    )


def _turn(chance: random.Random, turn: int, at: float) -> list[Ask]:
    """The requests of a turn. Each caller but the last leaves when the next one comes, or stays."""
    asks = []
    count = chance.randint(1, MOST_REQUESTS)
    words = chance.sample(ANIMALS, count)
    for i, word in enumerate(words):
        gap_s = chance.uniform(0, GAP_S)
        leaves = chance.random() < (0.8 if i < count - 1 else 0.15)
        asks.append(
            Ask(
                at=at,
                text=f"{word} {turn}",
                turn=turn,
                leaves_s=max(gap_s - 0.01, 0.01) if leaves else None,
                is_seen=chance.random() < 0.6,
            )
        )
        if chance.random() < 0.15:  # sent again by the transport
            again = chance.uniform(0, gap_s)
            asks.append(replace(asks[-1], at=at + again, message_id=f"again-{turn}-{i}"))
            asks[-2] = replace(asks[-2], message_id=f"again-{turn}-{i}")
        at += gap_s
    return asks


def call(seed: int, *, product: Product = PRODUCT) -> History:
    """The history of a seed. A third goes without faults, so that every check applies."""
    chance = random.Random(f"faults of call {seed}")
    plan = AtRandom(chance, rate=chance.choice((0.0, 0.02, 0.05)), most=MOST_FAULTS)
    return perform(call_of(seed), plan, plan.faults, product=product)
