"""Long histories of several users, by chance."""

import random

import pytest

from tests.chaos.length import IS_LONG
from tests.chaos.sampling import sample
from tests.chaos.shrink import report

PARTS = 4  # several processes share them
COUNT = 25_000 if IS_LONG else 100  # of a part


@pytest.mark.parametrize("part", range(PARTS))
def test_long_histories_by_chance_break_no_promise(part: int) -> None:
    first = random.SystemRandom().randrange(10**9)
    print(f"part {part}, seeds {first} to {first + COUNT - 1}")
    points = faults = 0
    for seed in range(first, first + COUNT):
        history = sample(seed)
        points += len(history.points)
        faults += len(history.faults)
        assert not history.wrong, f"seed {seed}\n{report(history)}"
    print(f"{COUNT} histories, {points} points, {faults} faults, nothing is wrong")
