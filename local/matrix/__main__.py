"""Prints the resume matrix as a table, on its own stack: `make matrix`.

Exits with 1 if a cell is wrong.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from local.matrix import MOMENTS, ROADS, table, tried
from local.services import ROOT
from local.stack import stack

HOME = ROOT / ".local" / "matrix"
CELLS = len(ROADS) * len(MOMENTS) * len(ROADS)


async def main() -> int:
    """Print the table. Returns 1 if a cell is wrong."""
    logging.getLogger("uvicorn.error").disabled = True  # the log reports every cut
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        async with stack(Path(folder), on_line=_discard) as running:
            began = time.perf_counter()
            cells = await tried(running)
            seconds = time.perf_counter() - began
    right = sum(cell.complaint is None for cell in cells)
    print(table(cells))
    print(f"\n{right} of {CELLS} lists equal the log, with each entry once. {seconds:.0f} s.")
    return 0 if right == CELLS else 1


def _discard(name: str, line: str) -> None:
    """Drop what the functions print; it does not belong in the table."""


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
