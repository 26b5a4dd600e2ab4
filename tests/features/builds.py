"""Builds of the brain without one of its features."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("api", "bench", "brain", "local", "tests")  # what the tests of a build import or read
# Programs for operators, which no function imports: they read what several features store, and a
# build without one of these goes without the program.
TOOLS = ("inspect",)
IMPORT_ALL = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
"""


LAST_CHARS = 4000  # of what a failed command has written


class BuildBroken(Exception):
    """A build that lacks something. The text is the end of what the command has written."""


@dataclass(frozen=True, slots=True)
class Build:
    """A copy of the sources at `root`, in which a feature is missing."""

    root: Path

    def imports(self) -> None:
        """Import every module of `brain` and `api` in a bare environment. Raises BuildBroken."""
        names = [module_name(path.relative_to(self.root)) for path in self._sources()]
        self._run("-c", IMPORT_ALL, *names)

    def type_checks(self, cache_folder: Path) -> None:
        """Check the types of `brain` and `api`. Raises BuildBroken."""
        self._run("-m", "mypy", "--cache-dir", str(cache_folder), "brain", "api")

    def passes(self, tests: Sequence[str]) -> None:
        """Run these files of tests. Raises BuildBroken."""
        options = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider")
        self._run("-m", "pytest", *options, *tests)

    def _sources(self) -> Iterator[Path]:
        for folder in ("api", "brain"):
            yield from sorted((self.root / folder).rglob("*.py"))

    def _run(self, *arguments: str) -> None:
        """Run Python in the build. Raises BuildBroken if that fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BuildBroken(done.stdout[-LAST_CHARS:])


def build_without(feature: str, root: Path) -> Build:
    """Copy the sources to `root`; delete the feature's package there, and its line in the wiring.
    The programs of `TOOLS` are left out. Nothing else is changed.
    """
    for name in sources():
        if not any(name.is_relative_to(f"brain/{one}") for one in (feature, *TOOLS)):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    wiring, line = root / "brain" / "wiring" / "__init__.py", f'    "{feature}",\n'
    text = wiring.read_text("utf-8")
    assert text.count(line) == 1, f"the wiring does not list {feature} on one line"
    wiring.write_text(text.replace(line, ""), "utf-8")
    return Build(root)


@cache
def sources() -> tuple[Path, ...]:
    """The files of a build, relative to the root: a clone's, and those not yet committed."""
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(
        [*listing, "--", "pyproject.toml", *FOLDERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


def module_name(path: Path) -> str:
    """The dotted name of a file, relative to the root."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
