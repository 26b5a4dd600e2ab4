"""Writes the glossary of CONTRIBUTING.md from the docstrings of the engine's classes.

    python -m local.docs.glossary            after a change of the engine's classes
    python -m local.docs.glossary --check    fails if it is not up to date, or if brain/ defines a
                                        public class name twice

Reads the source and imports none of it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "CONTRIBUTING.md"
BRAIN = ROOT / "brain"
ENGINE = BRAIN / "run"
BEGIN, END = "<!-- glossary: begin -->", "<!-- glossary: end -->"

_SENTENCE = re.compile(r"(.+?\.)(?:\s|$)", re.DOTALL)


def public_classes(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Name, file and first sentence of each public class and type of a folder, by file."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, file, _first_sentence(ast.get_docstring(node) or "")
            elif isinstance(node, ast.TypeAlias) and not node.name.id.startswith("_"):
                yield node.name.id, file, ""


def defined_twice(folder: Path, *, root: Path = ROOT) -> dict[str, list[str]]:
    """The public names of a folder that more than one file defines, with the files."""
    found: dict[str, list[str]] = {}
    for name, file, _ in public_classes(folder):
        found.setdefault(name, []).append(file.relative_to(root).as_posix())
    return {name: files for name, files in found.items() if len(files) > 1}


def written(text: str) -> str:
    """The document with the glossary between the marks as it should be."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{_table()}\n\n{END}{after}"


def _table() -> str:
    meanings = {name: meaning for name, _, meaning in public_classes(ENGINE) if meaning}
    rows = [f"| `{name}` | {meanings[name]} |" for name in sorted(meanings, key=str.lower)]
    return "\n".join(["| class | meaning |", "|---|---|", *rows])


def _first_sentence(docstring: str) -> str:
    paragraph = " ".join(docstring.partition("\n\n")[0].split())
    sentence = _SENTENCE.match(paragraph)
    return (sentence[1] if sentence else paragraph).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the glossary, or check it. Returns the exit code."""
    text = DOCUMENT.read_text("utf-8")
    if "--check" not in arguments:
        DOCUMENT.write_text(written(text), "utf-8")
        return 0
    twice = defined_twice(BRAIN)
    for name, files in twice.items():
        print(f"{name} is defined in {' and in '.join(files)}: one word for one thing")
    is_current = written(text) == text
    if not is_current:
        print("The glossary is not up to date: run python -m local.docs.glossary")
    return 1 if twice or not is_current else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
