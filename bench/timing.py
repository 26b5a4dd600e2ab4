"""Durations, and what is said of many of them. The machine is shared: nothing is timed once, and
what is compared is timed in turns.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

type Doing = Callable[[], Awaitable[object]]

WARM_UPS = 3  # of each doing, not counted: processes start, SDKs are imported, pools filled
QUICK_TIMES = 1  # repetition when only the way is tried, and no figure is wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much is done: all, or just enough to see that it runs through."""

    is_quick: bool = False

    def times(self, number: int) -> int:
        """So many repetitions, or one."""
        return min(number, QUICK_TIMES) if self.is_quick else number


async def seconds_of(doing: Doing) -> float:
    """How long it takes."""
    began = time.perf_counter()
    await doing()
    return time.perf_counter() - began


async def in_turns(times: int, doings: Mapping[str, Doing]) -> dict[str, list[float]]:
    """The seconds of each doing, done alternately, so that a slow moment meets all of them."""
    found: dict[str, list[float]] = {name: [] for name in doings}
    for number in range(WARM_UPS + times):
        for name, doing in doings.items():
            seconds = await seconds_of(doing)
            if number >= WARM_UPS:
                found[name].append(seconds)
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
