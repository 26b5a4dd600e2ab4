"""The files that point other tools at the local services; the user's own files are never
overwritten.
"""

import stat
from pathlib import Path

from local.dotenv import FIRST_LINE, pointing


def test_the_files_that_point_at_the_services_are_removed_at_the_end(tmp_path: Path) -> None:
    env = {"BRAIN_PUBLIC_URL": "http://127.0.0.1:3000"}
    (tmp_path / ".env.local").write_text(FIRST_LINE + "left behind when we were killed")

    with pointing(tmp_path, env) as told:
        assert told == ".env.local and .env point at them."
        for name in (".env.local", ".env"):
            assert (tmp_path / name).read_text() == (
                f'{FIRST_LINE}BRAIN_PUBLIC_URL="http://127.0.0.1:3000"\n'
            )
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_the_user_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINE=1\n")

    with pointing(tmp_path, {}) as told:
        assert told.startswith(".env.local points at them. Not changed, because it is yours: .env.")
    assert (tmp_path / ".env").read_text() == "MINE=1\n"
    assert not (tmp_path / ".env.local").exists()
