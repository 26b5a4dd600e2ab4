"""Measures the brain, the raw floor and the limit of one process model, side by side."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import fmean, median

from bench.limits import rows
from bench.limits.costs import costs_of
from bench.limits.lab import Lab, lab
from bench.limits.starts import starts_of
from bench.limits.turns import Measured, many_users, prepared, single_turns, sizes, with_history
from bench.starts import deployed_python
from bench.tables import Table, ms
from bench.timing import Scale, seconds_of

SERVERS = ("uvicorn", "uvloop", "httptools")  # what candidates need beside a deployment's packages
ASKED = 50  # requests of each kind, to see how much of a turn the services take


async def turns(scale: Scale) -> list[Table]:
    """Measure turns one after the other, and what they ask of the store and the model."""
    async with _candidates(scale) as (here, measured):
        for each in measured:
            await with_history(here, each)
        await single_turns(measured, scale)
        costs = {each.candidate.name: await costs_of(here, each.candidate) for each in measured}
        services = await _services(here, measured, scale)
    found = {each.candidate.name: each.found for each in measured}
    return [rows.table([*rows.of_turns(found), *rows.of_costs(costs)]), services]


async def many(scale: Scale) -> list[Table]:
    """Measure many users at once."""
    async with _candidates(scale) as (here, measured):
        await many_users(here, measured, scale)
    found = {each.candidate.name: each.found for each in measured}
    shares = [f"{name} {fmean(each.busy):.0%}" for name, each in found.items()]
    note = f"Of a core, users and services take with {sizes(scale)[1]} users: {', '.join(shares)}."
    return [rows.table(rows.of_crowds(found), note)]


async def starts(scale: Scale) -> list[Table]:
    """Measure imports, and first answers of new processes."""
    is_full = not (scale.is_quick or scale.is_short)
    plain = deployed_python() if is_full else Path(sys.executable)
    async with lab(_python(scale)) as here:
        return [rows.table(rows.of_starts(await starts_of(here, plain, scale)))]


def _python(scale: Scale) -> Path:
    if scale.is_quick or scale.is_short:
        return Path(sys.executable)
    return deployed_python("limits", SERVERS)


@asynccontextmanager
async def _candidates(scale: Scale) -> AsyncIterator[tuple[Lab, Sequence[Measured]]]:
    """Run the services and all candidates, each with users that it knows."""
    async with lab(_python(scale)) as here, AsyncExitStack() as exits:
        measured: list[Measured] = []
        for name in rows.NAMES:
            kind, _, more = name.partition(" ")
            serving = here.serving(kind, with_postgres=bool(more))
            candidate = await exits.enter_async_context(serving)
            measured.append(await prepared(candidate))
        yield here, measured


async def _services(here: Lab, measured: Sequence[Measured], scale: Scale) -> Table:
    """Return how long users and services take themselves, which is not the candidates' time."""
    ping = [["PING"]]
    actions = {
        "a call of the store": lambda: here.redis(ping),
        "a call of the model": here.ask_model,
        "an empty answer of the floor's server": measured[1].candidate.ask_nothing,
    }
    found = []
    for name, action in actions.items():
        seconds = [await seconds_of(action) for _ in range(scale.times(ASKED))]
        found.append((name, ms(median(seconds))))
    return Table(title="What is not the candidates' own", columns=("median",), rows=found)
