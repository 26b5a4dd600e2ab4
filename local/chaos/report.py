"""The report of a chaos run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from local.chaos.history import Findings, Plan
from local.chaos.losses import Losses
from local.chaos.rush import Crowding

WIDTH = 54  # characters of a line's first column


def report(
    plan: Plan,
    findings: Findings,
    crowding: Crowding,
    losses: Losses,
    together: tuple[str, Findings],
) -> str:
    """Return the report, written for a reader who sees it for the first time.

    `together`: the release that ran beside this code, and what was found then.
    """
    release, mixed = together
    wrong = (
        *findings.violations,
        *crowding.violations,
        *losses.violations,
        *(f"with two versions: {line}" for line in mixed.violations),
    )
    parts = [
        ("What people did", _talk(findings)),
        ("What went wrong on purpose (times)", _troubles(findings)),
        ("From a kill of all functions to the run's next step", _recoveries(findings)),
        ("Promises checked (times)", _checks(findings)),
        ("What the store lost (times)", sorted((k, str(n)) for k, n in losses.struck.items())),
        ("... and the next text was answered", [("times", str(losses.answers))]),
        (f"Two versions of the code at once: this one and {release}", _talk(mixed)),
        (f"{crowding.users} users at once, a model of 300 ms", _crowd(crowding)),
        ("Violations", [("none", "")] if not wrong else [(line, "") for line in wrong]),
    ]
    again = f"The same faults in the same order: CHAOS_SEED={plan.seed} make chaos"
    return "\n\n".join([*(_part(title, lines) for title, lines in parts), again])


def _talk(findings: Findings) -> list[tuple[str, str]]:
    return [
        ("texts that were accepted", str(findings.texts)),
        ("... sent again after a lost response", str(findings.sent_again)),
        ("runs", str(findings.runs)),
        ("messages of the brain", str(findings.messages)),
    ]


def _troubles(findings: Findings) -> list[tuple[str, str]]:
    return [(kind, str(times)) for kind, times in sorted(findings.struck.items())]


def _recoveries(findings: Findings) -> list[tuple[str, str]]:
    seconds = findings.recoveries
    if not seconds:
        return [("no run was open at such a moment", "")]
    return [
        ("runs that were hit", str(len(seconds))),
        ("median", f"{statistics.median(seconds):.1f} s"),
        ("longest (promised: 15 s, unless the machine is busy)", f"{max(seconds):.1f} s"),
    ]


def _checks(findings: Findings) -> list[tuple[str, str]]:
    return [(promise, str(times)) for promise, times in sorted(findings.checked.items())]


def _crowd(crowding: Crowding) -> list[tuple[str, str]]:
    memory = crowding.memory_mib
    return [
        ("answer after, median", f"{crowding.wait_s(0.5):.2f} s"),
        ("answer after, 99 of 100", f"{crowding.wait_s(0.99):.2f} s"),
        (
            "memory of the function, round by round",
            " ".join(f"{mib:.0f}" for mib in memory) + " MiB",
        ),
    ]


def _part(title: str, lines: Sequence[tuple[str, str]]) -> str:
    return "\n".join([title, *(f"  {name:<{WIDTH}}{value:>8}".rstrip() for name, value in lines)])
