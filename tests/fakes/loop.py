"""An event loop with a time of its own: it jumps to the next timer as soon as nothing else is to
do.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any


class Stuck(AssertionError):
    """Everything waits, and no timer will ever wake it."""


class _Jump(selectors.SelectSelector):
    """Waits for nothing: passing time is the loop's affair."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stuck("everything waits for ever")
        self.loop.passed += max(timeout, 0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`passed` are the virtual seconds since the loop was made."""

    def __init__(self) -> None:
        selector = _Jump()
        super().__init__(selector)
        selector.loop = self
        self.passed = 0.0
        # After half a year a float knows no nanoseconds, and asyncio would wait for what is due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.passed


def run_virtual[T](story: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time; what it left running is ended."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)


def in_virtual_time[**P, T](story: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Decorate an asynchronous test: it runs to its end in virtual time."""

    @wraps(story)
    def run(*args: P.args, **named: P.kwargs) -> T:
        return run_virtual(story(*args, **named))

    return run
