"""The previous release is taken from the clone's history, or its absence is said plainly."""

import subprocess
from pathlib import Path

import pytest

from local.chaos.versions import NoRelease, unpack_release

WRITER = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *WRITER, *arguments], check=True, capture_output=True)


def commit(root: Path, version: str, changelog: str) -> None:
    """Commit a product with this text in it."""
    for name in ("api", "brain", "public"):
        (root / name).mkdir(exist_ok=True)
        (root / name / "code").write_text(version)
    (root / "vercel.json").write_text("{}")
    (root / "CHANGELOG.md").write_text(changelog)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", version)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "before", "# Changelog\n")
    commit(root, "released", "# Changelog\n\n## 1.2.0 - 2026-01-31\n")
    commit(root, "today", "# Changelog\n\n## Unreleased\n\n- New.\n\n## 1.2.0 - 2026-01-31\n")
    return root


def test_the_commit_that_wrote_the_heading_is_unpacked(clone: Path, tmp_path: Path) -> None:
    name = unpack_release(tmp_path / "release", root=clone)
    assert name.startswith("1.2.0 (")
    assert (tmp_path / "release" / "brain" / "code").read_text() == "released"
    assert (tmp_path / "release" / "vercel.json").exists()


def test_a_tag_comes_first_and_a_commit_that_is_asked_for_before_it(
    clone: Path, tmp_path: Path
) -> None:
    git(clone, "tag", "v1.2.0", "HEAD~2")
    unpack_release(tmp_path / "tagged", root=clone)
    assert (tmp_path / "tagged" / "brain" / "code").read_text() == "before"
    unpack_release(tmp_path / "asked", root=clone, asked="HEAD")
    assert (tmp_path / "asked" / "brain" / "code").read_text() == "today"


def test_a_shallow_clone_says_what_is_missing(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", clone.as_uri(), "shallow")
    with pytest.raises(NoRelease, match=r"the commit of 1\.2\.0 is not in this clone\. Fetch it"):
        unpack_release(tmp_path / "release", root=tmp_path / "shallow")


def test_a_folder_without_history_says_so(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "CHANGELOG.md").write_text((clone / "CHANGELOG.md").read_text())
    with pytest.raises(NoRelease, match="is this a clone of the repository"):
        unpack_release(tmp_path / "release", root=tmp_path / "bare")
