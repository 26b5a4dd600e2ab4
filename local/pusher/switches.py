"""Deliberate faults of the channel server, and their effect on each delivery."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

type Share = Annotated[float, Field(ge=0, le=1)]

COPIES = 2  # most copies of one delivery


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The HTTP API answers with `status` for `seconds`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    status: Annotated[int, Field(ge=400, le=599)]
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Switches:
    """The deliberate faults of the server.

    `drop` is the share of deliveries that are lost, `double` of those that arrive twice, `late` of
    those (and of second copies) that arrive `late_s` seconds later.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    drop: Share = 0.0
    double: Share = 0.0
    late: Share = 0.0
    late_s: Annotated[float, Field(ge=0, le=600)] = 20.0
    seed: int = 1
    fail: Failure | None = None
    disabled: bool = False


class DeliveryFaults:
    """Applies the switches, with random numbers from their seed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` returns monotonic seconds."""
        self.switches = Switches()
        self._clock = clock
        self._chance = random.Random(self.switches.seed)
        self._fails_until_s = 0.0

    def switch(self, switches: Switches) -> None:
        """Set the switches. The random sequence restarts from the seed; a failure's time starts
        when first set.
        """
        if switches.fail and switches.fail is not self.switches.fail:
            self._fails_until_s = self._clock() + switches.fail.seconds
        self._chance = random.Random(switches.seed)
        self.switches = switches

    def failure(self) -> Failure | None:
        """The failure that is active now."""
        return self.switches.fail if self._clock() < self._fails_until_s else None

    def delays_s(self) -> list[float]:
        """Return the delay of each copy of a delivery that arrives; empty if it is lost."""
        # Draw the same random numbers each time, so that one switch does not change the effect of
        # another.
        lost, doubled, *late = (self._chance.random() for _ in range(2 + COPIES))
        if lost < self.switches.drop:
            return []
        copies = COPIES if doubled < self.switches.double else 1
        return [
            self.switches.late_s if late[i] < self.switches.late else 0.0 for i in range(copies)
        ]
