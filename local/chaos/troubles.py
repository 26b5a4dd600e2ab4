"""Deliberate faults: processes that crash or freeze, services that fail.

Each fault is one call, which returns when the fault is over. The random generator that is passed in
chooses the kind and the place, so a seed repeats them. When it hits a run depends on the machine.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psutil  # type: ignore[import-untyped]  # it ships no types

from local.faults import Fault, FaultInjector
from local.pusher import Failure
from local.stack import Stack

BRAINS = ("voiceToBrain", "brainToBrain")  # the functions in which a run may be
FREEZE_OVER_S = 2.0  # seconds that a freeze exceeds the lease, so that another brain takes over
PEACE_S = 12.0  # seconds after a kill of all functions, so that only its own recovery is measured
OUTAGE_S = 5.0  # seconds that a service is down
MOST_LOST = 4  # answers of the store that are lost in a row


@dataclass(frozen=True, kw_only=True, slots=True)
class Death:
    """A kill of all functions, which hit every open run. `at`: Unix time."""

    at: float


class Troubles:
    """Injects faults into one stack, and records the kills."""

    def __init__(self, stack: Stack, chance: random.Random, *, lease_s: float) -> None:
        self.deaths: list[Death] = []
        self._stack = stack
        self._chance = chance
        self._lease_s = lease_s

    async def strike(self, kind: str) -> None:
        """Inject the fault with this name."""
        await _TROUBLES[kind](self)

    async def kill_one(self) -> None:
        self._stack.functions.kill(self._chance.choice(BRAINS), signal.SIGKILL)

    async def kill_all(self) -> None:
        self.deaths.append(Death(at=time.time()))
        for name in BRAINS:
            self._stack.functions.kill(name, signal.SIGKILL)
        await asyncio.sleep(PEACE_S)

    async def freeze(self) -> None:
        """Send SIGSTOP, and SIGCONT long after the lease has expired. New requests get another
        process.
        """
        with frozen(self._stack, self._chance.choice(BRAINS)):
            await asyncio.sleep(self._lease_s + FREEZE_OVER_S)

    async def lose_answers(self) -> None:
        await self._strike(self._store, Fault(kind="lose", times=self._some()))

    async def refuse(self) -> None:
        await self._last(self._store, Fault(kind="refuse", times=None))

    async def answer_in_html(self) -> None:
        await self._strike(self._store, Fault(kind="html", times=self._some()))

    async def stop_queue(self) -> None:
        queue = self._stack.services.queue.faults
        await self._last(queue, Fault(kind="refuse", times=None, path="/v2/"))

    async def double(self) -> None:
        engine = self._stack.services.engine
        engine.switches = replace(engine.switches, double=True)
        try:
            await asyncio.sleep(OUTAGE_S)
        finally:
            engine.switches = replace(engine.switches, double=False)

    async def fail_channel(self) -> None:
        pusher = self._stack.services.pusher
        pusher.switches = replace(pusher.switches, fail=Failure(status=500, seconds=OUTAGE_S))
        await asyncio.sleep(OUTAGE_S)

    async def refuse_answers(self) -> None:
        model = self._stack.services.model.faults
        path, later = "/v1/chat", {"Retry-After": "1"}
        await self._strike(model, Fault(kind="refuse", path=path))
        await self._strike(model, Fault(kind="status", status=429, headers=later, path=path))

    @property
    def _store(self) -> FaultInjector:
        return self._stack.services.store.faults

    def _some(self) -> int:
        return self._chance.randint(1, MOST_LOST)

    async def _strike(self, faults: FaultInjector, fault: Fault) -> None:
        """Add the fault, and wait until it was applied as often as intended."""
        try:
            await faults.add(fault).struck(fault.times or 1)
        finally:
            faults.clear()

    async def _last(self, faults: FaultInjector, fault: Fault) -> None:
        """Add the fault for the length of an outage."""
        faults.add(fault)
        try:
            await asyncio.sleep(OUTAGE_S)
        finally:
            faults.clear()


@contextmanager
def frozen(stack: Stack, name: str) -> Iterator[psutil.Process | None]:
    """Freeze the function's process for the length of the block; None if it has none."""
    pid = stack.functions.pid(name)
    if pid is None:
        yield None
        return
    process = psutil.Process(pid)  # it compares the start time, because numbers are reused
    process.suspend()
    # Only then: a retired idle process ends, and there would be nothing to freeze.
    stack.functions.retire(name)
    try:
        yield process
    finally:
        if process.is_running():
            process.resume()


# Every fault, by its name in the report.
_TROUBLES: dict[str, Callable[[Troubles], Awaitable[None]]] = {
    "kill -9 of a function": Troubles.kill_one,
    "kill -9 of all functions": Troubles.kill_all,
    "function frozen past its lease": Troubles.freeze,
    "store: executes, the answer is lost": Troubles.lose_answers,
    "store: refuses for 5 s": Troubles.refuse,
    "store: answers with a page of HTML": Troubles.answer_in_html,
    "queue: away for 5 s": Troubles.stop_queue,
    "queue: delivers twice": Troubles.double,
    "channel: answers 500 for 5 s": Troubles.fail_channel,
    "model: 503, then 429": Troubles.refuse_answers,
}
KINDS = tuple(_TROUBLES)
