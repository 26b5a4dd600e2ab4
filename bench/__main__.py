"""Runs all benchmarks, or those that are named: python -m bench [--quick | --short] [NAME ...]

`--quick` repeats each only a few times, to check that it works; its figures mean nothing. `--short`
repeats each a fifth as often: its figures are rough.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench import (
    callers,
    chat,
    documents,
    ear,
    events,
    growth,
    handover,
    history,
    jobs,
    loops,
    mailbox,
    overhead,
    parsers,
    polling,
    replies,
    roundtrips,
    starts,
    voice,
)
from bench.limits import run as limits
from bench.tables import Table
from bench.timing import Scale

BENCHMARKS: Mapping[str, Callable[[Scale], Awaitable[Sequence[Table]]]] = {
    "limits": limits.turns,
    "limits-many": limits.many,
    "limits-starts": limits.starts,
    "growth": growth.run,
    "overhead": overhead.run,
    "loops": loops.run,
    "roundtrips": roundtrips.run,
    "replies": replies.run,
    "callers": callers.run,
    "chat": chat.run,
    "polling": polling.run,
    "starts": starts.run,
    "handover": handover.run,
    "history": history.run,
    "documents": documents.run,
    "mailbox": mailbox.run,
    "events": events.run,
    "parsers": parsers.run,
    "ear": ear.run,
    "jobs": jobs.run,
    "voice": voice.run,
}


async def measure(names: Sequence[str], scale: Scale) -> None:
    """Run each benchmark and print its tables immediately."""
    for name in names:
        for table in await BENCHMARKS[name](scale):
            print(table, flush=True)


def main() -> None:
    """Read the command line and run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--quick",
        action="store_true",
        help="check that the benchmarks work; the figures mean nothing",
    )
    parser.add_argument("--short", action="store_true", help="a fifth as often; rough figures")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; known are {', '.join(BENCHMARKS)}")
    scale = Scale(is_quick=asked.quick, is_short=asked.short)
    asyncio.run(measure(asked.names or list(BENCHMARKS), scale))


if __name__ == "__main__":
    main()
