"""Lets users talk for a minute while processes crash and services fail: `make chaos`.

    CHAOS_SECONDS=60  how long
    CHAOS_SEED=…      repeat the faults of an earlier run
    CHAOS_PEOPLE=8    how many users
    CHAOS_RELEASE=…   the commit of the version that runs beside this code

Runs its own stack and checks every promise afterwards. Exits with 1 if a promise was broken.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from brain.run.limits import LEASE_S as DEFAULT_LEASE_S
from local.chaos.history import Plan, live_through
from local.chaos.losses import go_through
from local.chaos.report import report
from local.chaos.rush import Crowd, rush
from local.chaos.troubles import KINDS
from local.chaos.versions import ASKED, NoRelease, unpack_release
from local.services import ROOT
from local.stack import MAX_DURATION, stack

FOLDER = ROOT / ".local" / "chaos"  # its own state: the user's state is not touched
LEASE_S = 5  # seconds; short, so that a minute contains many recoveries
MAX_DURATION_S = 8  # seconds; short, so that a task of nine steps needs two invocations
SECONDS, PEOPLE = 60, 8
CROWD = Crowd(users=200, rounds=2, text="Think for 1 second about", lease_s=DEFAULT_LEASE_S)
LOSSES = 3  # times that each kind of loss happens
TOGETHER, LEAST_S = 1 / 3, 10.0  # of the time with two versions of the code; seconds at least
TOGETHER_KINDS = (
    "kill -9 of a function",
    "store: executes, the answer is lost",
    "queue: delivers twice",
)
CROWD_PACE = 0.3  # of the script: like a model that takes 300 ms


def main() -> int:
    """Print the report. Returns 1 if a promise was broken."""
    seed = _number("CHAOS_SEED", random.SystemRandom().randrange(1_000_000))
    plan = Plan(
        seed=seed,
        seconds=_number("CHAOS_SECONDS", SECONDS),
        people=_number("CHAOS_PEOPLE", PEOPLE),
        kinds=KINDS,
        lease_s=LEASE_S,
    )
    print(f"{plan.people} people talk for {plan.seconds:.0f} s. CHAOS_SEED={seed}", flush=True)
    try:
        release = unpack_release(FOLDER / "release", asked=os.environ.get(ASKED, ""))
    except NoRelease as missing:
        print(f"The previous release cannot run beside this code: {missing}", file=sys.stderr)
        return 1
    return asyncio.run(_run(plan, release))


async def _run(plan: Plan, release: str) -> int:
    asked = {MAX_DURATION: str(MAX_DURATION_S), "BRAIN_LEASE_S": str(LEASE_S)}
    with (FOLDER / "functions.log").open("w") as lines:

        def on_line(name: str, line: str) -> None:
            print(f"{name} | {line}", file=lines)

        async with stack(FOLDER / "state", asked=asked, on_line=on_line) as running:
            findings = await live_through(running, plan)
            print("Now the store loses keys, and its clock is hours wrong.", flush=True)
            losses = await go_through(running, seed=plan.seed, rounds=LOSSES)
        print(f"Now {release} runs beside this code.", flush=True)
        async with stack(
            FOLDER / "state", asked=asked, on_line=on_line, beside=FOLDER / "release"
        ) as running:
            short = max(plan.seconds * TOGETHER, LEAST_S)
            both = replace(plan, seconds=short, kinds=TOGETHER_KINDS, is_mixed=True)
            mixed = await live_through(running, both)
        print(f"Now {CROWD.users} people speak at once.", flush=True)
        async with stack(FOLDER / "state", pace=CROWD_PACE, on_line=on_line) as running:
            await rush(running, CROWD.one())  # the cold start, measured separately
            crowding = await rush(running, CROWD)
    told = report(plan, findings, crowding, losses, (release, mixed))
    print(f"\n{told}\n\nThe functions' own log: {lines.name}")
    parts = (findings, crowding, losses, mixed)
    return int(any(part.violations for part in parts))


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit():
        sys.exit(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _fresh(folder: Path) -> None:
    """Delete an earlier run's state: its seed can repeat the run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.ERROR)
    # A killed process breaks off its requests to every service. That is expected here.
    logging.getLogger("uvicorn.error").disabled = True
    _fresh(FOLDER)
    sys.exit(main())
