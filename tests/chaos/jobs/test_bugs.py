"""The simulator of jobs notices bugs: a list of deliberate ones, each of which it has to find."""

import pytest

from tests.chaos.bugs.mutant import Mutant
from tests.chaos.jobs.bugs import BUGS, product_of
from tests.chaos.jobs.histories import singles
from tests.chaos.jobs.stories import named


@pytest.mark.parametrize("mutant", BUGS, ids=lambda mutant: mutant.name)
def test_a_deliberate_bug_of_jobs_is_noticed(mutant: Mutant) -> None:
    played = 0
    with product_of(mutant) as product:
        for story in mutant.stories:
            name, _, kinds = story.partition("/")
            for history in singles(named(name), product=product, kinds=kinds.split(",")):
                played += 1
                if history.wrong:
                    print(f"{history.wrong[0]} after {played} histories: {history}")
                    return
    pytest.fail(f"not noticed in {played} histories")
