"""An event loop with virtual time: it jumps to the next timer once nothing else is left to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any


class Stuck(AssertionError):
    """Everything waits, and no timer will ever end the wait."""


class _Jump(selectors.SelectSelector):
    """Does not wait for timers; the loop advances its own time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stuck("everything waits for ever")
        self.loop.passed += max(timeout, 0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time. `passed` is the number of virtual seconds since it was
    created.
    """

    def __init__(self) -> None:
        selector = _Jump()
        super().__init__(selector)
        selector.loop = self
        self.passed = 0.0
        # After half a year a float has no nanosecond precision, and asyncio would wait for a timer
        # that is due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.passed


def run_virtual[T](story: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time; tasks that still run are cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)


def in_virtual_time[**P, T](story: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Decorate an asynchronous test so that it runs in virtual time."""

    @wraps(story)
    def run(*args: P.args, **named: P.kwargs) -> T:
        return run_virtual(story(*args, **named))

    return run
