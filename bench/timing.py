"""Measures durations on a shared machine.

Nothing is measured only once, and values to compare are measured in turns.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

type Action = Callable[[], Awaitable[object]]

WARM_UPS = 3  # of each action, not counted: processes start, SDKs are imported, pools fill
QUICK_TIMES = 1  # repetitions when only a check is wanted, and no figures
SHORT = 5  # times fewer repetitions when rough figures are enough


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How often to repeat: the full number, enough for rough figures, or just enough to check that
    it works.
    """

    is_quick: bool = False
    is_short: bool = False

    def times(self, number: int) -> int:
        """Return the number of repetitions, reduced in quick and short mode."""
        if self.is_quick:
            return min(number, QUICK_TIMES)
        return max(1, number // SHORT) if self.is_short else number


async def seconds_of(action: Action) -> float:
    """Return how long the action takes."""
    began = time.perf_counter()
    await action()
    return time.perf_counter() - began


async def in_turns(times: int, actions: Mapping[str, Action]) -> dict[str, list[float]]:
    """Measure the actions alternately, so that a slow moment affects all of them; returns
    seconds.
    """
    found: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(WARM_UPS + times):
        for name, action in actions.items():
            seconds = await seconds_of(action)
            if number >= WARM_UPS:
                found[name].append(seconds)
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that this percentage of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
