"""Writes the table of sources of docs/explanation/trust.md: `python -m local.docs.sources`."""

from __future__ import annotations

from pathlib import Path

from brain.texts.sources import SOURCES, Source

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/explanation/trust.md"
BEGIN, END = "<!-- sources: begin -->", "<!-- sources: end -->"
HEAD = ("text", "tools", "by others", "mark", "cleared by", "can cause at most")


def written(text: str) -> str:
    """The document with the table between the marks as it should be."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    rows = [HEAD, ("---",) * len(HEAD), *map(_row, SOURCES)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def _row(source: Source) -> tuple[str, ...]:
    tools = ", ".join(f"`{name}`" for name in source.tools)
    is_foreign = bool(source.causes)
    mark, cleared = (source.mark, source.cleared) if is_foreign else ("", "")
    return source.name, tools, source.foreign, mark, cleared, source.causes


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")
