"""The result of a benchmark: rows of figures, each with its ratio to the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.timing import percentile

GAP = "  "  # between two columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """`rows` begin with a name; the other cells belong to `columns`. `notes` explain how to read
    it.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [("", *self.columns), *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        drawn = [_drawn(line, widths) for line in lines]
        return "\n".join([self.title, "-" * len(self.title), *drawn, *self.notes, ""])


def _drawn(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = cells
    right = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
    return GAP.join([name.ljust(widths[0]), *right])


def ms(seconds: float) -> str:
    """Format seconds as milliseconds, with tenths below 100."""
    value = seconds * 1000
    return f"{value:.1f} ms" if abs(value) < 100 else f"{value:.0f} ms"


def ratio(value: float, floor: float) -> str:
    """Format a value as a multiple of the floor; a dash if the floor is zero."""
    return f"{value / floor:.2f}" if floor > 0 else "-"


def kib(count: float) -> str:
    """Format bytes as KiB."""
    return f"{count / 1024:.1f} KiB"


def percentiles(title: str, found: Mapping[str, Sequence[float]], percent: int) -> Table:
    """Return a table of durations in seconds: median, percentile, and both as ratios to the floor,
    which is the first entry.
    """
    floor = median(next(iter(found.values())))
    return Table(
        title=title,
        columns=("median", f"{percent} %", "ratio to floor", f"ratio at {percent} %"),
        rows=[
            (
                name,
                *(ms(value) for value in each),
                *(ratio(value, floor) for value in each),
            )
            for name, all in found.items()
            for each in ((median(all), percentile(all, percent)),)
        ],
    )
