"""The sizes that keep the code readable: lists of files, files, and functions."""

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_ENTRIES = 30  # of a folder
FILE_LINES, TEST_LINES = 250, 350
BODY_LINES, MOST_LINES = 25, 40  # of a function without its docstring; of any function at all
ENGINE_LINES = 4_000

# Longer than BODY_LINES, because the steps are one story that is harder to follow in parts.
EXCEPTIONS = {
    "brain/questions/aside/flow.py answer_aside",
    "brain/documents/http.py document_routes",
    "brain/email/parse/decoding.py assemble",
    "brain/reminders/feature.py feature",
    "brain/run/go.py carry_on",
    "brain/run/reinvoke.py reinvoke_on_timeout",
    "brain/run/turn.py begin",
    "brain/tools/schema.py _foreign",
}


def tracked(*patterns: str) -> list[str]:
    command = ["git", "ls-files", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def functions(*patterns: str) -> Iterator[tuple[str, int, int]]:
    """Name, lines in all, and lines of the body without the docstring."""
    for name in tracked(*patterns):
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                has_docstring = ast.get_docstring(node) is not None
                body = node.body[1:] if has_docstring else node.body
                lines = end - body[0].lineno + 1 if body else 0
                yield f"{name} {node.name}", end - node.lineno + 1, lines


def test_no_folder_lists_more_than_thirty_entries() -> None:
    entries: Counter[str] = Counter()
    seen: set[Path] = set()
    for name in tracked("api", "brain", "bench", "local", "public", "tests", "docs"):
        path = Path(name)
        for child in [path, *path.parents][:-1]:
            if child not in seen:
                seen.add(child)
                entries[child.parent.as_posix()] += 1
    crowded = {folder: n for folder, n in entries.items() if n > MOST_ENTRIES}
    assert crowded == {}


def test_files_are_short() -> None:
    lines = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in tracked("*.py")}
    bound = {name: TEST_LINES if name.startswith("tests/") else FILE_LINES for name in lines}
    assert {name: n for name, n in lines.items() if n > bound[name]} == {}


def test_functions_are_short_but_for_those_that_are_named() -> None:
    longer = {name for name, _, body in functions("brain/*.py") if body > BODY_LINES}
    assert longer == EXCEPTIONS
    assert [name for name, whole, _ in functions("*.py") if whole > MOST_LINES] == []


def test_the_engine_can_be_read_in_an_afternoon() -> None:
    lines = (len((ROOT / name).read_text("utf-8").splitlines()) for name in tracked("brain/run"))
    assert sum(lines) <= ENGINE_LINES
