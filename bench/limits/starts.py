"""Measures how a candidate's process starts: its imports, and its first answer."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

from bench.limits.lab import Lab
from bench.stage import NotAnswered
from bench.timing import Scale
from local.services import ROOT

TIMES = 9  # of each candidate, in turns
MODULES = {
    "limit": "bench.limits.limit",
    "floor": "bench.limits.floor",
    "ours": "api.voiceToBrain",
}
IMPORT = """
import sys, time
began = time.process_time()
import {}
print(time.process_time() - began, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Starts:
    """Seconds of processor time and bytes of the imports; seconds to the first answer."""

    imports: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


async def starts_of(lab: Lab, imports_with: Path, scale: Scale) -> Mapping[str, Starts]:
    """Start each candidate in turns; `imports_with` is the Python for the imports."""
    found = {name: Starts() for name in (*MODULES, "ours with Postgres")}
    first = 0 if scale.is_quick else 1  # the first start writes the bytecode
    for number in range(first + scale.times(TIMES)):
        for name, starts in found.items():
            if name in MODULES:
                seconds, size = await _imported(imports_with, MODULES[name], lab)
            answered = await _answered(lab, name)
            if number < first:
                continue
            starts.answers.append(answered)
            if name in MODULES:
                starts.imports.append(seconds)
                starts.memory.append(size)
    return found


async def _imported(python: Path, module: str, lab: Lab) -> tuple[float, float]:
    process = await asyncio.create_subprocess_exec(
        *(python, "-c", IMPORT.format(module)),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **lab.env},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None  # asked for above
    seconds = float(await process.stdout.readline())
    size = float(psutil.Process(process.pid).memory_info().rss)
    await process.communicate()
    return seconds, size


async def _answered(lab: Lab, name: str) -> float:
    kind, _, more = name.partition(" ")
    began = time.perf_counter()
    async with lab.serving(kind, with_postgres=bool(more)) as candidate:
        with suppress(NotAnswered):  # later than its caller waits: slow, but no reason to stop
            await candidate.ask(candidate.person())
        return time.perf_counter() - began
