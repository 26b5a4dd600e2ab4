"""Measures the cost of the promises: a warm turn of one loop, against the same work by hand."""

from __future__ import annotations

from statistics import median

from bench.stage import Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, in_turns, percentile

TIMES = 150  # repetitions: the median stays within a few percent on a busy machine


async def run(scale: Scale) -> list[Table]:
    """The model answers immediately, so only our own time and the platform's remain."""
    async with staged() as stage:
        await stage.script(says(repeat=1_000_000))
        found = await in_turns(
            scale.times(TIMES),
            {
                "an empty function": stage.call_bare,
                "floor: one model call, two REST calls": lambda: stage.ask_floor(stage.person()),
                "/api/voiceToBrain": lambda: _ask(stage),
            },
        )
    bare, floor, _ = (median(seconds) for seconds in found.values())
    return [
        Table(
            title="One-loop turn, warm, model at 0 ms",
            columns=("median", "p90", "beyond empty", "ratio to floor", "ratio beyond empty"),
            rows=[
                (
                    name,
                    ms(median(seconds)),
                    ms(percentile(seconds, 90)),
                    ms(median(seconds) - bare),
                    ratio(median(seconds), floor),
                    ratio(median(seconds) - bare, floor - bare),
                )
                for name, seconds in found.items()
            ],
            notes=("All three go through the real runtime and the gateway, with the same client.",),
        )
    ]


async def _ask(stage: Stage) -> None:
    outcome = await stage.ask(stage.person())
    assert outcome["state"] == "done", outcome
