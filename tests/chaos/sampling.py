"""Long histories of several users, by chance: a seed tells one whole."""

import random

from msgspec.structs import replace

from tests.chaos.faults import AtRandom
from tests.chaos.histories import PRODUCT, History, perform
from tests.chaos.product import Product
from tests.chaos.stories import (
    ACTS,
    BESIDE,
    CRUMBS,
    CUT,
    HANDOVER,
    LIMITS,
    ONE,
    PLAIN,
    TOOLS,
    WORDLESS,
    Ask,
    Story,
)

KNOWN = (ONE, PLAIN, CRUMBS, WORDLESS, TOOLS, BESIDE, HANDOVER, CUT, ACTS)
USERS = ("anna", "bert", "cleo")
WORDS = ("zebra", "walrus", "heron", "otter", "lynx", "gecko")
MOST_TEXTS = 4  # of one user
SPAN_S = 40.0  # seconds in which the texts come
MOST_FAULTS = 6  # of a history
RATES = (0.01, 0.03, 0.1)  # faults per point
DURATIONS = ((300.0, 5.0), (6.0, 1.5), (4.0, 1.5))  # seconds of an invocation, and its reserve
ATTEMPTS = 20  # invocations that may die at a step: with six faults none is given up for it


def story_of(seed: int) -> Story:
    """The story that a seed tells."""
    chance = random.Random(seed)
    told = chance.choice(KNOWN)
    duration_s, reserve_s = (
        (told.max_duration_s, told.reserve_s)
        if told in (HANDOVER, CUT)
        else chance.choice(DURATIONS)
    )
    asks = [
        Ask(at=chance.uniform(0, SPAN_S), text=f"{word} {user}", user=user)
        for user in USERS[: chance.randint(1, len(USERS))]
        for word in chance.sample(WORDS, chance.randint(1, MOST_TEXTS))
    ]
    return replace(
        told,
        name=f"seed-{seed}",
        asks=tuple(sorted(asks, key=lambda ask: ask.at)),
        limits=replace(LIMITS, attempts=ATTEMPTS),
        max_duration_s=duration_s,
        reserve_s=reserve_s,
        patience_s=chance.choice((0.5, 2.0, 8.0)),
        tries=chance.choice((1, 8)),
        stops=tuple(chance.uniform(0, SPAN_S) for _ in range(chance.randint(0, 1))),
    )


def sample(seed: int, *, product: Product = PRODUCT) -> History:
    """The history of a seed."""
    chance = random.Random(f"faults {seed}")
    plan = AtRandom(chance, rate=chance.choice(RATES), most=MOST_FAULTS)
    return perform(story_of(seed), plan, plan.faults, product=product)
