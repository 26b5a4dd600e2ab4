"""The code of the previous release, which runs beside this code on one state."""

from __future__ import annotations

import re
import subprocess
import tarfile
from pathlib import Path

from local.services import ROOT

HEADING = re.compile(r"^## (\d+\.\d+\.\d+) - ", re.MULTILINE)  # of a release in CHANGELOG.md
PARTS = ("api", "brain", "public", "vercel.json")
ASKED = "CHAOS_RELEASE"  # a commit to take instead


class NoRelease(Exception):
    """The commit of the previous release cannot be found here. The text says what to do."""


def unpack_release(folder: Path, *, root: Path = ROOT, asked: str = "") -> str:
    """Unpack the code of the previous release into the folder, and return its name.

    `root` is the clone; `asked` is a commit to take instead. Raises NoRelease.
    """
    found = HEADING.search((root / "CHANGELOG.md").read_text("utf-8"))
    if found is None:
        raise NoRelease("CHANGELOG.md names no release")
    name = found.group(1)
    commit = asked or _commit_of(root, name)
    folder.mkdir(parents=True)
    archive = folder.with_suffix(".tar")
    _git(root, "archive", f"--output={archive}", commit, *PARTS)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
    return f"{name} ({commit[:10]})"


def _commit_of(root: Path, name: str) -> str:
    """Return the tagged commit of a release, or the one that wrote its heading."""
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", f"v{name}^{{commit}}")
    except NoRelease:
        pass
    wrote = _git(root, "log", f"-S## {name} - ", "--format=%H", "--", "CHANGELOG.md").split()
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
    # In a shallow clone, git takes its oldest commit for the one that wrote everything.
    if not wrote or (is_shallow and len(_parents(root, wrote[-1])) == 0):
        raise NoRelease(
            f"the commit of {name} is not in this clone."
            f" Fetch it (git fetch --unshallow --tags), or name one: {ASKED}=COMMIT make chaos"
        )
    return wrote[-1]


def _parents(root: Path, commit: str) -> list[str]:
    return _git(root, "rev-list", "--parents", "-1", commit).split()[1:]


def _git(root: Path, *arguments: str) -> str:
    """Run git. Raises NoRelease if it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoRelease(f"git {arguments[0]} failed: is this a clone of the repository?") from error
    return done.stdout.strip()
