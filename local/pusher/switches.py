"""How the channel server misbehaves on purpose, and what that means for each delivery."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

type Share = Annotated[float, Field(ge=0, le=1)]

COPIES = 2  # copies of a delivery at most


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The HTTP API answers with `status` for so many `seconds`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    status: Annotated[int, Field(ge=400, le=599)]
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Switches:
    """How the server misbehaves.

    `drop` is the share of deliveries that never arrive, `double` of those that arrive twice, `late`
    of those (and of second copies) that arrive `late_s` seconds later.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    drop: Share = 0.0
    double: Share = 0.0
    late: Share = 0.0
    late_s: Annotated[float, Field(ge=0, le=600)] = 20.0
    seed: int = 1
    fail: Failure | None = None
    disabled: bool = False


class Mischief:
    """Decides by the switches, with a chance that their seed fixes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells monotonic seconds."""
        self.switches = Switches()
        self._clock = clock
        self._chance = random.Random(self.switches.seed)
        self._fails_until_s = 0.0

    def switch(self, switches: Switches) -> None:
        """Chance starts again from the seed; a failure's time starts when it is first set."""
        if switches.fail and switches.fail is not self.switches.fail:
            self._fails_until_s = self._clock() + switches.fail.seconds
        self._chance = random.Random(switches.seed)
        self.switches = switches

    def failure(self) -> Failure | None:
        """The failure that is on just now."""
        return self.switches.fail if self._clock() < self._fails_until_s else None

    def delays_s(self) -> list[float]:
        """What becomes of one delivery: the delay of each copy that arrives; none if it is lost."""
        # The same questions to chance each time: one switch changes nothing in what another does.
        lost, doubled, *late = (self._chance.random() for _ in range(2 + COPIES))
        if lost < self.switches.drop:
            return []
        copies = COPIES if doubled < self.switches.double else 1
        return [
            self.switches.late_s if late[i] < self.switches.late else 0.0 for i in range(copies)
        ]
