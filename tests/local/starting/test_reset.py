"""`make reset` removes what the local services keep, and nothing else."""

from pathlib import Path

import pytest

from local.children import FolderInUse, owned
from local.command import reset


@pytest.fixture
def state(tmp_path: Path) -> Path:
    for name in ("redis", "postgres", "mailbox", "voice"):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "inner" / "file").write_text("words")
    for name in ("queue.sqlite", "queue.sqlite-wal", "jwt-secret", "database-url", "mine.txt"):
        (tmp_path / name).write_text("words")
    return tmp_path


def test_the_state_goes_and_other_files_stay(state: Path) -> None:
    assert reset(state).startswith(f"{state} is empty")
    assert [file.name for file in state.iterdir()] == ["mine.txt"]
    assert reset(state).startswith(f"{state} is empty")
    assert reset(state / "missing").endswith("the next start has only the example emails.")


def test_while_the_services_run_nothing_is_removed(state: Path) -> None:
    before = sorted(state.rglob("inner/file"))
    with owned(state / "postgres"), pytest.raises(FolderInUse, match="in use by another process"):
        reset(state)
    assert sorted(state.rglob("inner/file")) == before
