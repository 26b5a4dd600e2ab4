"""Long histories of several users, by chance."""

import random

from tests.chaos.length import IS_LONG
from tests.chaos.sampling import sample
from tests.chaos.shrink import report

COUNT = 100_000 if IS_LONG else 400


def test_long_histories_by_chance_break_no_promise() -> None:
    first = random.SystemRandom().randrange(10**9)
    print(f"seeds {first} to {first + COUNT - 1}")
    points = faults = 0
    for seed in range(first, first + COUNT):
        history = sample(seed)
        points += len(history.points)
        faults += len(history.faults)
        assert not history.wrong, f"seed {seed}\n{report(history)}"
    print(f"{COUNT} histories, {points} points, {faults} faults, nothing is wrong")
