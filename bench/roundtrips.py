"""Counts what a turn sends to Redis: round trips, and billed commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.loops import CRUMB, SEARCH, failing
from bench.stage import Costs, Json, Stage, says, staged
from bench.tables import Table, ratio
from bench.timing import Scale

FURTHER = 5  # further loops over which the cost of one is averaged

BOTH: Json = {"calls": [*CRUMB["calls"], *SEARCH["calls"]]}
STEPS: dict[str, Sequence[Json]] = {
    "further loop: a breadcrumb": [CRUMB] * FURTHER,
    "further loop: a call that comes back with an error": [failing(n) for n in range(FURTHER)],
    "further loop: a search": [SEARCH] * FURTHER,
    "further loop: two searches at once": [{"calls": SEARCH["calls"] * 2}] * FURTHER,
    "further loop: a breadcrumb and a search": [BOTH] * FURTHER,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """The average cost of one loop or one turn."""

    requests: float
    commands: float
    bytes_out: float


async def run(scale: Scale) -> list[Table]:
    """Run each turn once: this is counted, not timed."""
    del scale
    async with staged() as stage:
        # The store learns the scripts. A slow first turn would put a wake-up on the queue, too.
        await _turn(stage, [SEARCH])
        floor = await _floor(stage, loops=1)
        floor_further = _each(await _floor(stage, loops=1 + FURTHER), floor)
        one = await _turn(stage, [])
        rows = [_row("floor: one-loop turn", floor, floor), _row("one-loop turn", one, floor)]
        rows.append(_row("floor: further loop", floor_further, floor_further))
        for name, steps in STEPS.items():
            many = await _turn(stage, steps)
            rows.append(_row(name, _each(many, one), floor_further))
    return [
        Table(
            title="Redis: round trips, and commands as they are billed",
            columns=("round trips", "ratio to floor", "commands", "bytes read"),
            rows=rows,
            notes=(
                "A command called by a script counts as one, and so does the call of the script.",
                "The second of a search's two round trips overlaps the next model call.",
            ),
        )
    ]


async def _turn(stage: Stage, steps: Sequence[Json]) -> Share:
    await stage.script(*steps, says())
    person = stage.person()
    await stage.reset_costs()
    outcome = await stage.ask(person)
    assert outcome["message"], outcome
    return _share(await stage.costs())


async def _floor(stage: Stage, *, loops: int) -> Share:
    await stage.script(says(repeat=loops))
    person = stage.person()
    await stage.reset_costs()
    await stage.ask_floor(person, loops=loops)
    return _share(await stage.costs())


def _share(costs: Costs) -> Share:
    return Share(requests=costs.requests, commands=costs.commands, bytes_out=costs.bytes_out)


def _each(many: Share, one: Share) -> Share:
    return Share(
        requests=(many.requests - one.requests) / FURTHER,
        commands=(many.commands - one.commands) / FURTHER,
        bytes_out=(many.bytes_out - one.bytes_out) / FURTHER,
    )


def _row(name: str, cost: Share, floor: Share) -> tuple[str, ...]:
    return (
        name,
        f"{cost.requests:.1f}",
        ratio(cost.requests, floor.requests),
        f"{cost.commands:.1f}",
        f"{cost.bytes_out:.0f}",
    )
