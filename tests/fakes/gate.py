"""The gates between an invocation and its ports: a closed one stands for a dead process."""

import asyncio
import inspect
from dataclasses import dataclass
from typing import Any


@dataclass
class Gate:
    """Decides whether an invocation's process is alive.

    `steps_left` is how many more beginnings and ends of port calls the process survives; None for
    no limit.
    """

    is_open: bool = True
    steps_left: int | None = None

    def check(self) -> None:
        """End the task of a dead process at any point."""
        if self.steps_left is not None:
            self.steps_left -= 1
            self.is_open = self.is_open and self.steps_left >= 0
        if not self.is_open:
            raise asyncio.CancelledError


class Gated:
    """A port as one invocation reaches it: the gate is checked before and after each call."""

    def __init__(self, port: Any, gate: Gate) -> None:
        self._port = port
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*args: Any, **named: Any) -> Any:
            self._gate.check()
            try:
                return await found(*args, **named)
            finally:
                self._gate.check()

        return call
