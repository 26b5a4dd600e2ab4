"""Every crash point, every single fault, and every moment for a user to say more."""

from collections.abc import Iterable
from itertools import chain

import pytest

from tests.chaos.enumeration import events, pairs, singles
from tests.chaos.histories import History
from tests.chaos.length import IS_LONG, every
from tests.chaos.shrink import report
from tests.chaos.stories import STORIES, named

SHORT = ("one", "crumbs", "tools", "quick", "impatient", "two", "same")
LENGTHY = ("steady",)  # as the others, with more of the same
ONCE = STORIES if IS_LONG else tuple(name for name in STORIES if name not in LENGTHY)
STUBBORN = STORIES if IS_LONG else SHORT
PAIRED = (("one", 6), ("one-once", 5), ("plain-once", 6))
DURING = (("two-once", 15), ("act", 15), ("beside", 15), ("brisk-once", 60), ("next", 15))


def assert_all_is_well(histories: Iterable[History], about: str) -> None:
    """Play them all; the first that breaks a promise is told as short as can be."""
    played = points = 0
    for history in histories:
        played += 1
        points += len(history.points)
        assert not history.wrong, report(history)
    assert played > 1
    print(f"{about}: {played} histories, {points} points, nothing is wrong")


@pytest.mark.parametrize("name", ONCE)
def test_no_single_fault_breaks_a_promise_to_a_caller_who_never_tries_again(name: str) -> None:
    story = named(name).once()
    assert_all_is_well(chain(singles(story), events(story)), story.name)


@pytest.mark.parametrize("name", STUBBORN)
def test_no_single_fault_breaks_a_promise_to_a_caller_who_tries_again(name: str) -> None:
    story = named(name)
    assert_all_is_well(chain(singles(story), events(story)), name)


@pytest.mark.parametrize(("name", "nth"), PAIRED)
def test_no_two_faults_break_a_promise(name: str, nth: int) -> None:
    assert_all_is_well(pairs(named(name), every=every(nth)), f"{name}, pairs")


@pytest.mark.parametrize(("name", "nth"), DURING)
def test_no_fault_after_a_users_doing_breaks_a_promise(name: str, nth: int) -> None:
    histories = pairs(named(name), every=every(nth), events_first=True)
    assert_all_is_well(histories, f"{name}, a doing and a fault")
