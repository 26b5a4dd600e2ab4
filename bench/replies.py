"""Measures replies that do not wait for the answer: recorded, and out of patience."""

from __future__ import annotations

import asyncio
from statistics import median

from bench.stage import Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile, seconds_of

TIMES = 30  # repetitions
THINKS_S = 0.6  # seconds that the model takes: longer than the reply measured in the meantime
PATIENCE_S = 0.2  # seconds that the caller waits; the rest is our own time
WARM_UPS = 2  # not counted: the first wake-up imports the queue's SDK


async def run(scale: Scale) -> list[Table]:
    """Each repetition is a new user whose first text keeps a brain busy."""
    floor: list[float] = []
    recorded: list[float] = []
    running: list[float] = []
    async with staged() as stage:
        await stage.script(says(repeat=1_000_000, delay_s=THINKS_S))
        for number in range(WARM_UPS + scale.times(TIMES)):
            figures = (
                await seconds_of(lambda: stage.ask_floor(stage.person(), loops=0)),
                await _second_text(stage),
                await _out_of_patience(stage),
            )
            if number >= WARM_UPS:
                for found, seconds in zip((floor, recorded, running), figures, strict=True):
                    found.append(seconds)
    rows = {
        "floor: two REST calls by hand, no model": floor,
        "a second text in mid-run: recorded": recorded,
        f"beyond a patience of {PATIENCE_S * 1000:.0f} ms: running": running,
    }
    return [
        Table(
            title="Replies that do not wait for the brain, warm (aim for recorded: under 300 ms)",
            columns=("median", "p90", "ratio to floor"),
            rows=[
                (name, ms(median(s)), ms(percentile(s, 90)), ratio(median(s), median(floor)))
                for name, s in rows.items()
            ],
            notes=("Both put a wake-up on the queue before they answer.",),
        )
    ]


async def _second_text(stage: Stage) -> float:
    """Return the seconds to `recorded` while the brain works on a first text."""
    person = stage.person()
    known = len(await stage.asked())
    first = asyncio.ensure_future(stage.ask(person))
    while len(await stage.asked()) == known:  # noqa: ASYNC110 - the model is polled over HTTP
        await asyncio.sleep(0.01)
    found: list[str] = []

    async def second() -> None:
        found.append((await stage.ask(person))["state"])

    seconds = await seconds_of(second)
    assert found == ["recorded"], found
    await first
    return seconds


async def _out_of_patience(stage: Stage) -> float:
    """Return the seconds that the reply takes beyond the caller's patience."""
    person = stage.person()

    async def ask() -> None:
        outcome = await stage.ask(person, patience=PATIENCE_S)
        assert outcome["state"] == "running", outcome

    return await seconds_of(ask) - PATIENCE_S
