"""The simulator notices bugs: a list of deliberate ones, each of which it has to find."""

import pytest

from tests.chaos.bugs.counting import COUNTING
from tests.chaos.bugs.flows import FLOWS
from tests.chaos.bugs.mutant import Mutant, product_of
from tests.chaos.bugs.scripts import SCRIPTS
from tests.chaos.bugs.turns import TURNS
from tests.chaos.enumeration import hunt
from tests.chaos.shrink import broken, shrink
from tests.chaos.stories import named

BUGS = (*SCRIPTS, *FLOWS, *TURNS, COUNTING)
MOST = 1_500  # histories in which a bug has to show


@pytest.mark.parametrize("mutant", BUGS, ids=lambda mutant: mutant.name)
def test_a_deliberate_bug_is_noticed(mutant: Mutant) -> None:
    played = 0
    with product_of(mutant) as product:
        for name in mutant.stories:
            for history in hunt(named(name), product=product):
                played += 1
                if history.wrong:
                    shortest = shrink(history, product=product)
                    print(f"{sorted(broken(history))} after {played} histories: {shortest}")
                    return
                if played == MOST:
                    break
    pytest.fail(f"not noticed in {played} histories")
