"""A store that evicts keys, starts empty or has a wrong clock: the user can always go on."""

from itertools import islice

import pytest

from tests.chaos.bugs.losses import LOSSES
from tests.chaos.bugs.mutant import Mutant, product_of
from tests.chaos.faults import HOURS, Fault
from tests.chaos.histories import play
from tests.chaos.length import IS_LONG
from tests.chaos.lost.losses import after_loss, losses
from tests.chaos.stories import STORIES, named

SHORT = ("one", "crumbs", "tools", "act", "asked", "two", "notified", "handover", "stopped")
NTH = 1 if IS_LONG else 7  # of the histories
MOST = 1_500  # histories in which a bug has to show


@pytest.mark.parametrize("name", STORIES if IS_LONG else SHORT)
def test_the_next_text_is_answered_whatever_keys_are_lost_and_when(name: str) -> None:
    played = 0
    for faults in islice(losses(named(name)), 0, None, NTH):
        played += 1
        wrong = after_loss(named(name), faults)
        assert wrong == [], f"{name} {' '.join(map(str, faults))}"
    print(f"{name}: {played} histories")
    assert played > 5


@pytest.mark.parametrize("kind", HOURS)
@pytest.mark.parametrize("name", ["one-once", "long-once"])
def test_a_run_whose_brain_dies_goes_on_although_the_clock_is_hours_wrong(
    name: str, kind: str
) -> None:
    story = named(name)
    for place in play(story).points:
        if place.port == "store":
            faults = [Fault(place.number, kind), Fault(place.number, "kill.after")]
            history = play(story, faults)
            assert history.wrong == (), str(history)


@pytest.mark.parametrize("mutant", LOSSES, ids=lambda mutant: mutant.name)
def test_a_deliberate_bug_in_bearing_losses_is_noticed(mutant: Mutant) -> None:
    with product_of(mutant) as product:
        for name in mutant.stories:
            for faults in islice(losses(named(name)), MOST):
                if wrong := after_loss(named(name), faults, product=product):
                    print(f"{name} {' '.join(map(str, faults))}: {wrong}")
                    return
    pytest.fail("not noticed")
