"""What the operator reads: a line for each promise, or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from brain.check.model import PromiseState, Result
from brain.check.suite import Report

WORDS = {PromiseState.KEPT: "ok", PromiseState.BROKEN: "BROKEN", PromiseState.SKIPPED: "skipped"}

type Print = Callable[[str], None]


class Lines:
    """Prints each result as soon as it is known."""

    def __init__(self, print_line: Print) -> None:
        self._print = print_line
        self._group = ""

    def __call__(self, result: Result) -> None:
        """Print a result, below the name of its group."""
        if result.promise.group != self._group:
            self._group = result.promise.group
            self._print(f"\n{self._group}")
        word = WORDS[result.state]
        self._print(f"  {word:<8}{result.ms:>7} ms  {result.promise.name}")
        if result.state is PromiseState.BROKEN:
            self._print(f"{'':21}expected: {result.promise.expected}")
        self._print(
            f"{'':21}{'seen: ' if result.state is PromiseState.BROKEN else ''}{result.seen}"
        )


def ending(report: Report) -> str:
    """Return the last lines: what was left behind, and the counts."""
    kept, broken, skipped = (report.count(state) for state in PromiseState)
    user = f"{report.user}{' (a user of its own)' if report.is_own else ''}"
    lines = ["", f"Asked as {user}, version {report.version or 'unknown'}.", *report.left]
    lines += [] if report.left else ["Nothing is left behind."]
    if report.tried_again:
        lines.append(f"{report.tried_again} requests got 503 and were sent again.")
    return "\n".join([*lines, f"{kept} kept, {broken} broken, {skipped} skipped."])


def in_json(report: Report) -> str:
    """Return the whole report as JSON."""
    results = [
        {
            "group": result.promise.group,
            "name": result.promise.name,
            "state": result.state.value,
            "expected": result.promise.expected,
            "seen": result.seen,
            "ms": result.ms,
        }
        for result in report.results
    ]
    found = {
        "url": report.url,
        "user": report.user,
        "ownUser": report.is_own,
        "version": report.version,
        "ok": report.count(PromiseState.BROKEN) == 0,
        "results": results,
        "left": report.left,
        "triedAgain": report.tried_again,
    }
    return json.dumps(found, ensure_ascii=False, indent=1)
