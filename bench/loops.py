"""Measures the cost of each further loop of a turn, against one model call and one REST call by
hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import median

from bench.stage import Json, Stage, calls, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Action, Scale, in_turns

TIMES = 12  # repetitions of each turn of many loops
LOOPS = 20  # of the longer turn; a usual number for such figures

CRUMB = calls("sayToUserAndContinue", {"message": "I am looking."})
SEARCH = calls("searchDocuments", {"query": "Anna"})


def failing(number: int) -> Json:
    """Return a call that no tool takes. A run ends if the same call fails again and again."""
    return calls("searchDocuments", {f"argument{number}": ""})


STEPS = {
    "a breadcrumb: one commit, one event on the channel": [CRUMB] * (LOOPS - 1),
    "a call that comes back with an error: one commit": [failing(n) for n in range(LOOPS - 1)],
    "a search: two commits, one beside the next call; Postgres": [SEARCH] * (LOOPS - 1),
}


async def run(scale: Scale) -> list[Table]:
    """Return the cost per loop: the difference between a turn of many loops and one of a single
    loop.
    """
    async with staged() as stage:
        actions: dict[str, Action] = {
            "floor 1": lambda: _floor(stage, 1),
            "floor": lambda: _floor(stage, LOOPS),
            "one": lambda: _turn(stage, []),
        }
        for name, steps in STEPS.items():
            actions[name] = partial(_turn, stage, steps)
        found = await in_turns(scale.times(TIMES), actions)
    floor = _each(found["floor"], found["floor 1"])
    rows = [("floor: one model call, one REST call", ms(floor), ratio(floor, floor))]
    for name in STEPS:
        each = _each(found[name], found["one"])
        rows.append((name, ms(each), ratio(each, floor)))
    return [
        Table(
            title=f"Each further loop of a turn of {LOOPS}, model at 0 ms",
            columns=("per loop", "ratio to floor"),
            rows=rows,
        )
    ]


def _each(many: Sequence[float], one: Sequence[float]) -> float:
    """Return the seconds of one further loop."""
    return (median(many) - median(one)) / (LOOPS - 1)


async def _floor(stage: Stage, loops: int) -> None:
    await stage.script(says(repeat=loops))
    await stage.ask_floor(stage.person(), loops=loops)


async def _turn(stage: Stage, steps: Sequence[Json]) -> None:
    """Run one turn with these steps.

    Setting the model's script is part of the measured time, as for the floor. The difference of two
    turns removes it.
    """
    await stage.script(*steps, says())
    outcome = await stage.ask(stage.person())
    assert outcome["message"], outcome
