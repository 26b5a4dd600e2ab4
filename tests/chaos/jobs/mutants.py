"""Copies of modules with a bug, loaded under another name, so that the product stays as it is."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.chaos.bugs.mutant import Change

ROOT = Path(__file__).resolve().parents[3]
COPY = "chaos_jobs"
# The modules that are loaded once more, in the order in which they need each other.
FLOWS = (
    "brain.jobs.gate", "brain.jobs.minds", "brain.jobs.life.outcomes", "brain.jobs.life.ending",
    "brain.jobs.life.reports", "brain.jobs.life.telling", "brain.jobs.life.concluding",
    "brain.jobs.life.living", "brain.jobs.life.steering", "brain.jobs.life.sweeping",
    "brain.jobs.life.taking", "brain.jobs.flow", "brain.jobs.called", "brain.jobs.helpers.tools",
    "brain.jobs.helpers.reporter", "brain.jobs.helpers.kind", "brain.jobs.talks.speaking",
    "brain.jobs.talks.kind", "brain.jobs.rehearsals.playing", "brain.jobs.rehearsals.world",
    "brain.jobs.rehearsals.stage",
    "brain.jobs.rehearsals.ending", "brain.jobs.rehearsals.kind", "tests.fakes.jobs",
)  # fmt: skip
STORED = (
    "brain.jobs.stored.statements", "brain.jobs.stored.rows", "brain.jobs.stored.starting",
    "brain.jobs.stored.postgres",
)  # fmt: skip


@contextmanager
def copies_of(
    modules: Sequence[str], changes: Sequence[Change]
) -> Iterator[Mapping[str, ModuleType]]:
    """These modules with the changes in their text; gone again when the context ends.

    A change's file is a path from the root, such as `brain/jobs/flow.py`.
    """
    loaded: dict[str, ModuleType] = {}
    try:
        for name in modules:
            loaded[name] = _load(name, modules, [c for c in changes if _path(name) == c.file])
        unused = [change.file for change in changes if change.file not in map(_path, modules)]
        assert not unused, f"not loaded: {unused}"
        yield loaded
    finally:
        for name in [name for name in sys.modules if name.startswith(f"{COPY}.")]:
            del sys.modules[name]


def _path(name: str) -> str:
    return f"{name.replace('.', '/')}.py"


def _load(name: str, modules: Sequence[str], changes: Sequence[Change]) -> ModuleType:
    text = (ROOT / _path(name)).read_text("utf-8")
    for change in changes:
        text = change.apply(text)
    module = ModuleType(f"{COPY}.{name}")
    sys.modules[module.__name__] = module
    parent, _, last = module.__name__.rpartition(".")
    setattr(sys.modules.setdefault(parent, ModuleType(parent)), last, module)
    exec(compile(_renamed(text, modules), f"{COPY}/{_path(name)}", "exec"), module.__dict__)
    return module


def _renamed(text: str, modules: Sequence[str]) -> str:
    """The text with the names of the copies in its imports, and where it names a module."""
    names = "|".join(map(re.escape, modules))
    text = re.sub(rf"^( *from )({names})( import)", rf"\1{COPY}.\2\3", text, flags=re.MULTILINE)
    text = re.sub(rf'"({names})"', rf'"{COPY}.\1"', text)
    if "brain.jobs.stored.statements" in modules:
        whole = "from brain.jobs.stored import statements"
        text = text.replace(whole, f"from {COPY}.brain.jobs.stored import statements")
    return text
