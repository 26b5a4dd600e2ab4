"""Calls whose turns are asked several times before the speaker has finished."""

import random

from tests.chaos.length import IS_LONG
from tests.chaos.shrink import report
from tests.chaos.spoken.talking import call

COUNT = 20_000 if IS_LONG else 250


def test_of_each_turn_one_text_stands_and_no_effect_belongs_to_half_a_sentence() -> None:
    first = random.SystemRandom().randrange(10**9)
    print(f"seeds {first} to {first + COUNT - 1}")
    points = faults = 0
    for seed in range(first, first + COUNT):
        history = call(seed)
        points += len(history.points)
        faults += len(history.faults)
        assert not history.wrong, f"call {seed}\n{report(history)}"
    print(f"{COUNT} calls, {points} points, {faults} faults, nothing is wrong")
