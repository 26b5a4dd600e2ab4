"""Measures how long what reads texts of others takes at its bound, for the worst of many texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.tables import Table, ms, ratio
from bench.timing import Scale
from tests.texts.hostile import PIECES, best_of, without_collection
from tests.texts.parsers import PARSERS

TRIES = 3
QUICK_PIECES = 3  # of about a hundred
LIMIT_S = 0.05  # for a text of up to LARGE characters; longer ones get time by their length
LARGE = 20_000
NAMED = 3  # of the slowest pieces, so that a kind of text is recognised


async def run(scale: Scale) -> list[Table]:
    """Read each text at the parser's bound, and keep the slowest."""
    pieces = PIECES[:QUICK_PIECES] if scale.is_quick else PIECES
    rows = {name: _row(name, pieces, scale.times(TRIES)) for name in PARSERS}
    return [
        Table(
            title="Parsers at their bound: the slowest of the texts that repeat one piece",
            columns=("bound", "slowest", "limit", "ratio to limit", "pieces, slowest first"),
            rows=[(name, *cells) for name, cells in rows.items()],
            notes=("Processor time of one thread, the best of several tries.",),
        )
    ]


def _row(name: str, pieces: Sequence[str], tries: int) -> tuple[str, ...]:
    read, bound = PARSERS[name]
    limit_s = LIMIT_S * max(1.0, bound / LARGE)
    read("a")  # imports and caches
    found = slowest(read, bound, pieces, tries)
    slow_s = found[0][0]
    named = " ".join(map(ascii, (piece for _, piece in found[:NAMED])))
    return (f"{bound:,}", ms(slow_s), ms(limit_s), ratio(slow_s, limit_s), named)


def slowest(
    read: Callable[[str], object], bound: int, pieces: Sequence[str], tries: int
) -> list[tuple[float, str]]:
    """Return the pieces and the seconds that a text of each takes, the slowest first."""
    with without_collection():
        timed = [(best_of(tries, read, piece, bound), piece) for piece in pieces]
    return sorted(timed, reverse=True)
