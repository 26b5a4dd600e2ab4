"""Measures the gap between invocations: from the last model call of one to the first of the
next.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from statistics import median

from bench.loops import CRUMB
from bench.stage import Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale
from local.stack import MAX_DURATION

RUNS = 6  # each with this many model calls
CALLS = 24
THINKS_S = 0.2  # seconds of one call
MAX_DURATION_S = 2.0  # seconds of an invocation, so that a run needs several
ADMIT = 1  # round trip of a run besides one per call and those of its hand-overs
LIMIT_S = 60.0  # seconds for a run


async def run(scale: Scale) -> list[Table]:
    """The first run starts the processes and does not count."""
    within: list[float] = []
    between: list[float] = []
    trips: list[float] = []
    async with staged({MAX_DURATION: str(MAX_DURATION_S)}) as stage:
        for number in range(1 + scale.times(RUNS)):
            await stage.reset_costs()
            began = time.time()
            await _run_to_its_end(stage)
            requests = (await stage.costs()).requests
            gaps, delivered = await _gaps(stage), await stage.deliveries(since=began)
            if number:
                # If the queue delivered during a gap, the gap leads from one invocation to the
                # next.
                parted = [[t for t in delivered if a < t < b] for a, b in gaps]
                lasted = [b - a - THINKS_S for a, b in gaps]
                between += [s for s, found in zip(lasted, parted, strict=True) if found]
                within += [s for s, found in zip(lasted, parted, strict=True) if not found]
                trips.append((requests - ADMIT - CALLS) / len(delivered))
    return [_table(within, between, trips)]


async def _run_to_its_end(stage: Stage) -> None:
    person = stage.person()
    await stage.script(*[{**CRUMB, "delay_s": THINKS_S}] * (CALLS - 1), says(delay_s=THINKS_S))
    async with asyncio.timeout(LIMIT_S):
        await stage.ask(person, patience=0)  # answered when the first invocation hands over
        await stage.until_answered(person)


async def _gaps(stage: Stage) -> list[tuple[float, float]]:
    """Return when each model call began and when the next one did, in seconds since 1970."""
    starts = [call["at"] for call in await stage.asked()]
    assert len(starts) == CALLS, f"{len(starts)} model calls"
    return list(pairwise(starts))


def _table(within: list[float], between: list[float], trips: list[float]) -> Table:
    floor = median(within)
    rows = {"floor: within an invocation": within, "from one invocation to the next": between}
    trip_counts = ("1.0", f"1.0 + {median(trips):.1f}")
    return Table(
        title="From the end of one model call to the start of the next",
        columns=("median", "longest", "ratio to floor", "round trips"),
        rows=[
            (name, ms(median(gaps)), ms(max(gaps)), ratio(median(gaps), floor), requests)
            for (name, gaps), requests in zip(rows.items(), trip_counts, strict=True)
        ],
        notes=("The queue is on this machine; QStash's own latency comes on top.",),
    )
