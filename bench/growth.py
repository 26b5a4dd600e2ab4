"""Measures what 5,000 turns leave behind in a process: memory and descriptors should not grow."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import psutil  # type: ignore[import-untyped]  # it ships no types

from bench.limits.lab import Candidate, Lab, lab
from bench.stage import NotAnswered
from bench.tables import Table, ratio
from bench.timing import Scale

TURNS = 5_000
SAMPLES = 10  # during the turns
USERS = 20  # at once
EACH = 10  # turns of a user; then a new one takes their place
WARM = 2  # samples: until then caches and pools fill
LEAK_BYTES = 500  # of a turn, which the process may keep in most of the last samples
GREW_OPEN = 40  # descriptors: slow turns need connections to queue and channel too, 20 each
QUICK_TURNS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The process after so many turns; memory in MiB."""

    turns: int
    memory: float
    descriptors: int


async def run(scale: Scale) -> list[Table]:
    """Let users talk without a pause, with Postgres and without."""
    every = (QUICK_TURNS if scale.is_quick else scale.times(TURNS)) // SAMPLES
    found: dict[str, list[Sample]] = {}
    async with lab(Path(sys.executable)) as here:
        for with_postgres in (False, True):
            async with here.serving("ours", with_postgres=with_postgres) as candidate:
                found[candidate.name] = await _samples(here, candidate, every)
    return [_table(found)]


async def _samples(here: Lab, candidate: Candidate, every: int) -> list[Sample]:
    found = []
    for number in range(1, SAMPLES + 1):
        left = iter(range(max(1, every // EACH)))
        async with asyncio.TaskGroup() as group:
            for _ in range(USERS):
                group.create_task(_talk(candidate, left))
        await here.counts()  # until what follows the answers is over
        process = psutil.Process(candidate.process.pid)
        memory = process.memory_info().rss / 2**20
        found.append(Sample(turns=number * every, memory=memory, descriptors=process.num_fds()))
    return found


async def _talk(candidate: Candidate, left: Iterator[int]) -> None:
    """Be one new user after the other, as long as some are left."""
    for _ in left:
        person = candidate.person()
        for _ in range(EACH):
            with suppress(NotAnswered):  # later than the caller waits, on a busy machine
                await candidate.ask(person)


def _table(found: Mapping[str, Sequence[Sample]]) -> Table:
    rows = []
    for name, samples in found.items():
        warm = samples[WARM - 1]
        for sample in samples:
            rows.append(
                (
                    f"{name}: after {sample.turns:,} turns",
                    f"{sample.memory:.1f} MiB",
                    ratio(sample.memory, warm.memory),
                    str(sample.descriptors),
                )
            )
        rows.append((f"{name}: growth after warm-up", *_growth(warm, samples)))
    turns = max(sample.turns for samples in found.values() for sample in samples)
    return Table(
        title=f"What {turns:,} turns of {USERS} users at once leave in one process (aim: flat)",
        columns=("memory", "ratio to warm", "descriptors"),
        rows=rows,
        notes=(
            f"Flat: half of the steps between the last {SAMPLES // 2 + 1} samples are at most"
            f" {LEAK_BYTES} bytes a turn, and at most {GREW_OPEN} descriptors more are open than"
            " warm: on a busy machine slow turns connect to queue and channel, too.",
            "A leak grows in each step; a pool that gets its last block, in one.",
        ),
    )


def _growth(warm: Sample, samples: Sequence[Sample]) -> tuple[str, str, str]:
    last = samples[-1]
    memory, opened = last.memory - warm.memory, last.descriptors - warm.descriptors
    is_flat = bytes_a_turn(samples) <= LEAK_BYTES and opened <= GREW_OPEN
    return f"{memory:+.1f} MiB", "flat" if is_flat else "grows", f"{opened:+d}"


def bytes_a_turn(samples: Sequence[Sample]) -> float:
    """Return what a turn leaves in the median step between samples of the second half."""
    late = samples[-(len(samples) // 2 + 1) :]
    steps = [
        (after.memory - before.memory) * 2**20 / (after.turns - before.turns)
        for before, after in pairwise(late)
    ]
    return median(steps)
