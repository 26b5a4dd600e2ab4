"""Draws the states of the lease into docs/explanation/reliability.md, from
brain/cloud/redis/lease_table.py.

    python -m local.docs.draw      after a change to the table; a test fails if you forget
"""

from __future__ import annotations

from pathlib import Path

from brain.cloud.redis.lease_table import TRANSITIONS, LeaseState, Transition
from local.services import ROOT

DOCUMENT = ROOT / "docs" / "explanation" / "reliability.md"
BEGIN, END = "<!-- lease: begin -->", "<!-- lease: end -->"


def drawn(text: str) -> str:
    """Return the document with the current drawing and table between the marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{_picture()}\n\n{_table()}\n\n{END}{after}"


def _picture() -> str:
    """Return a state diagram in Mermaid, with one arrow for all events that lead from one state to
    another.
    """
    lines = [f"    [*] --> {LeaseState.IDLE}"]
    arrows: dict[tuple[LeaseState, LeaseState], list[str]] = {}
    for each in TRANSITIONS:
        if each.state is not each.becomes:
            arrows.setdefault((each.state, each.becomes), []).append(_label(each))
    lines += [f"    {a} --> {b}: {', '.join(labels)}" for (a, b), labels in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _label(each: Transition) -> str:
    return f"{each.event} (new fence)" if each.new_fence else str(each.event)


def _table() -> str:
    rows = [
        f"| {each.state} | {each.event} | {each.becomes} | {'new' if each.new_fence else 'same'} "
        f"| {each.meaning} |"
        for each in TRANSITIONS
    ]
    return "\n".join(["| in | on | then | fence | meaning |", "|---|---|---|---|---|", *rows])


def main(document: Path = DOCUMENT) -> None:
    """Bring the document up to date."""
    document.write_text(drawn(document.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
