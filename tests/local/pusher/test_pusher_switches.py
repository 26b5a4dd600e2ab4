"""The effect of the channel server's switches, tested with values."""

from __future__ import annotations

from dataclasses import replace

from local.pusher.switches import DeliveryFaults, Switches

MANY = 1_000
ALL = Switches(drop=0.3, double=0.1, late=0.1, late_s=20, seed=7)


def fates(switches: Switches) -> list[list[float]]:
    faults = DeliveryFaults(lambda: 0.0)
    faults.switch(switches)
    return [faults.delays_s() for _ in range(MANY)]


def test_without_a_switch_everything_arrives_once_and_immediately() -> None:
    assert fates(Switches()) == [[0.0]] * MANY


def test_the_same_seed_gives_the_same_result_and_another_seed_does_not() -> None:
    assert fates(ALL) == fates(ALL)
    assert fates(ALL) != fates(replace(ALL, seed=8))


def test_each_share_is_about_the_requested_one() -> None:
    drawn = fates(ALL)
    copies = [delay_s for delays_s in drawn for delay_s in delays_s]
    assert 250 < sum(not delays_s for delays_s in drawn) < 350
    assert 40 < sum(len(delays_s) == 2 for delays_s in drawn) < 100
    assert 40 < sum(delay_s == 20 for delay_s in copies) < 120
    assert set(copies) == {0.0, 20.0}


def test_one_switch_does_not_change_the_effect_of_another() -> None:
    lost = [not delays_s for delays_s in fates(replace(ALL, double=0, late=0))]
    assert [not delays_s for delays_s in fates(ALL)] == lost
