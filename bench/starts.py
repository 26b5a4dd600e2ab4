"""Measures how long a function takes to start: its own imports, as the runtime reports them."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection
from pathlib import Path
from statistics import median

from bench.launch import start_once
from bench.stage import HOME
from bench.tables import Table, ratio
from bench.timing import Scale
from local.services import ROOT
from local.toolchain import TRIES, find_python, find_uv
from local.toolchain import run as run_program

TIMES = 12  # starts of each function, in turns
BARE = Path("bench/functions/bare.py")
AIMS_MS = {"voiceToBrain": 300, "messages": 200, "status": 200}
RUNTIME = "vercel-runtime"  # not our dependency, but part of every deployment

LAZY = "SDKs that a request may need are imported by the first one that does."
QUICK = "Quick: uses this environment's packages, which start more slowly."


async def run(scale: Scale) -> list[Table]:
    """Measure in an environment like the platform's.

    With development tools installed the figures would differ: httpx imports its command line if the
    packages for it are there.
    """
    python = Path(sys.executable) if scale.is_quick else deployed_python()
    files = [BARE, *_functions()]
    found: dict[Path, list[tuple[int, int]]] = {file: [] for file in files}
    for number in range(1 + scale.times(TIMES)):
        for file in files:
            started = await start_once(python, file, env={})
            if number:  # the first start writes the bytecode
                found[file].append((started.user_init_ms, started.init_ms))
    return [_table(found, QUICK if scale.is_quick else LAZY)]


def _table(found: dict[Path, list[tuple[int, int]]], note: str) -> Table:
    bare = median(whole for _, whole in found[BARE])
    return Table(
        title="Start of a function under the real runtime, with bytecode",
        columns=("own imports", "aim", "whole start", "ratio to bare"),
        rows=[_row(file, starts, bare) for file, starts in found.items()],
        notes=(note,),
    )


def _functions() -> list[Path]:
    return sorted(file.relative_to(ROOT) for file in (ROOT / "api").glob("*.py"))


def _row(file: Path, starts: list[tuple[int, int]], bare: float) -> tuple[str, ...]:
    own, whole = (median(figures) for figures in zip(*starts, strict=True))
    aim = AIMS_MS.get(file.stem)
    name = "floor: a bare file" if file == BARE else f"/api/{file.stem}"
    return (
        name,
        f"{own:.0f} ms",
        f"{aim} ms" if aim else "",
        f"{whole:.0f} ms",
        ratio(whole, bare),
    )


def deployed_python(name: str = "venv", more: Collection[str] = ()) -> Path:
    """Return the Python of an environment with a deployment's packages, and with `more` of the
    development's; it is created on first use.
    """
    venv = HOME / name
    python = venv / "bin" / "python"
    base = find_python()
    uv = find_uv(base)
    if not python.exists():
        run_program(uv, "venv", "--clear", "--python", base, venv)
    wanted = {RUNTIME, *more}
    pinned = [line for line in _development_packages() if line.partition("==")[0] in wanted]
    install = (uv, "pip", "install", "--python", python, "--compile-bytecode")
    run_program(*install, "-r", ROOT / "pyproject.toml", *pinned, tries=TRIES)
    return python


def _development_packages() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["dependency-groups"]["dev"])
