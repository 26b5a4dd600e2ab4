"""Measures the brain, the raw floor and the limit of one process model, side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import fmean, median

from bench.limits import rows
from bench.limits.costs import costs_of
from bench.limits.lab import Lab, lab
from bench.limits.starts import starts_of
from bench.limits.turns import Measured, many_users, prepared, single_turns, sizes
from bench.starts import deployed_python
from bench.tables import Table, ms
from bench.timing import Scale, seconds_of

SERVERS = ("uvicorn", "uvloop", "httptools")  # what candidates need beside a deployment's packages
ASKED = 50  # requests of each kind, to see how much of a turn the services take


async def run(scale: Scale) -> list[Table]:
    """Measure all candidates in turns, each in its own process on one core."""
    is_full = not (scale.is_quick or scale.is_short)
    plain = deployed_python() if is_full else Path(sys.executable)
    python = deployed_python("limits", SERVERS) if is_full else plain
    async with lab(python) as here, AsyncExitStack() as exits:
        measured: list[Measured] = []
        for name in rows.NAMES:
            kind, _, more = name.partition(" ")
            serving = here.serving(kind, with_postgres=bool(more))
            candidate = await exits.enter_async_context(serving)
            measured.append(await prepared(here, candidate, max(sizes(scale))))
        await single_turns(measured, scale)
        await many_users(here, measured, scale)
        costs = {each.candidate.name: await costs_of(here, each.candidate) for each in measured}
        services = await _services(here, measured, scale)
        starts = await starts_of(here, plain, scale)
    found = {each.candidate.name: each.found for each in measured}
    return [rows.table(found, costs, starts), services]


async def _services(here: Lab, measured: Sequence[Measured], scale: Scale) -> Table:
    """Return how long users and services take themselves: no part of it is a candidate's."""
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
    for each in measured:
        share = f"{fmean(each.found.busy):.0%}"
        found.append((f"users and services, with 200 users of {each.candidate.name}", share))
    return Table(
        title="What is not the candidates': the time of requests, and the share of a core",
        columns=("measured",),
        rows=found,
    )
