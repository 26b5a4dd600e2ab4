"""Measures 200 concurrent callers on one instance, against one caller and against the floor."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

from bench.stage import LIMIT_S, NotAnswered, Stage, says, staged
from bench.tables import Table, ms, ratio
from bench.timing import Scale, percentile, seconds_of

CALLERS = 200  # at once
QUICK_CALLERS = 10
ROUNDS = 5  # of all callers, each after some turns of a single one
ALONE = 5  # turns of a single caller per round
THINKS_S = 0.3  # seconds that the model takes

type Ask = Callable[..., Awaitable[Any]]


@dataclass(kw_only=True, slots=True)
class Found:
    """The seconds of the answered turns, and the number of failures."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


async def run(scale: Scale) -> list[Table]:
    """Send all requests through one process of the function, as the platform does with one
    instance.
    """
    callers = QUICK_CALLERS if scale.is_quick else CALLERS
    async with staged() as stage, AsyncExitStack() as exits:
        await stage.script(says(repeat=1_000_000, delay_s=THINKS_S))
        context = ssl.create_default_context()
        clients = [
            # One client per caller: in a shared pool the callers would wait for each other.
            await exits.enter_async_context(httpx.AsyncClient(timeout=LIMIT_S, verify=context))
            for _ in range(callers)
        ]
        found = {name: (Found(), Found()) for name in ("floor", "brain")}
        asks: dict[str, Ask] = {"floor": stage.ask_floor, "brain": stage.ask}
        for number in range(1 + scale.times(ROUNDS)):
            for name, ask in asks.items():
                # The first round opens the connections and does not count.
                alone, crowd = found[name] if number else (Found(), Found())
                for _ in range(ALONE):
                    await _turn(stage, ask, clients[0], alone)
                await asyncio.gather(*(_turn(stage, ask, client, crowd) for client in clients))
    return [_table(found, callers)]


async def _turn(stage: Stage, ask: Ask, client: httpx.AsyncClient, found: Found) -> None:
    person = stage.person()
    try:
        found.seconds.append(await seconds_of(lambda: ask(person, http=client)))
    except NotAnswered:
        found.failed += 1


def _table(found: dict[str, tuple[Found, Found]], callers: int) -> Table:
    rows = []
    for name, pair in found.items():
        names = (f"{name}: one caller", f"{name}: {callers} at once")
        for title, of, floor in zip(names, pair, found["floor"], strict=True):
            rows.append((title, *_figures(of, floor.seconds)))
    return Table(
        title=f"Callers at once on one instance, model at {THINKS_S * 1000:.0f} ms",
        columns=("p50", "p99", "p50 to floor", "p99 to floor", "failed"),
        rows=rows,
        notes=("Callers, gateway, store and model run on the same machine as the function.",),
    )


def _figures(found: Found, floor: Sequence[float]) -> tuple[str, ...]:
    middle, worst = median(found.seconds), percentile(found.seconds, 99)
    ratios = (ratio(middle, median(floor)), ratio(worst, percentile(floor, 99)))
    return (ms(middle), ms(worst), *ratios, str(found.failed))
