"""What the benchmark of 5,000 turns takes for a leak: memory that grows in most of its steps."""

import pytest

from bench.growth import LEAK_BYTES, Sample, bytes_a_turn

EVERY = 500  # turns between two samples
STEP_MIB = 11.0  # of an allocator, or of a pool that gets its last block


def samples(*memory: float) -> list[Sample]:
    return [
        Sample(turns=EVERY * number, memory=each, descriptors=20)
        for number, each in enumerate(memory, 1)
    ]


@pytest.mark.parametrize("place", range(1, 10))
def test_one_step_is_no_leak_wherever_it_is(place: int) -> None:
    memory = [80 + 0.1 * number + STEP_MIB * (number >= place) for number in range(10)]
    assert bytes_a_turn(samples(*memory)) <= LEAK_BYTES


def test_a_kilobyte_a_turn_is_a_leak() -> None:
    leak_mib = EVERY * 1024 / 2**20
    memory = [80 + leak_mib * number for number in range(10)]
    assert bytes_a_turn(samples(*memory)) == pytest.approx(1024)
    assert bytes_a_turn(samples(*memory)) > LEAK_BYTES


def test_what_fills_in_the_first_half_is_no_leak() -> None:
    memory = [80, 84, 87, 89, 90, 90, 90.1, 90, 90.1, 90]
    assert bytes_a_turn(samples(*memory)) <= LEAK_BYTES
