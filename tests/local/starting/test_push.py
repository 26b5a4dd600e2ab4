"""The key for notifications on devices that `make dev` makes for itself."""

from pathlib import Path

import pytest

from brain.notices.push.sealing import Signer
from brain.notices.push.settings import ORDER, push
from local.command import reset
from local.environment import complaint, push_settings

SECRET = "push-secret"


def test_a_machine_has_a_key_that_stays_until_a_reset(tmp_path: Path) -> None:
    made = push_settings(tmp_path, {})
    at = push(made)
    assert at is not None
    assert Signer(at.private_key, at.subject).public_key
    assert complaint(made) == ""
    assert push_settings(tmp_path, {}) == made
    assert (tmp_path / SECRET).stat().st_mode & 0o077 == 0

    reset(tmp_path)

    assert push_settings(tmp_path, {}) != made


@pytest.mark.parametrize("number", [0, 1, ORDER - 1, ORDER, 2**256 - 1])
def test_each_secret_gives_a_key_of_the_curve(tmp_path: Path, number: int) -> None:
    (tmp_path / SECRET).write_text(f"{number:064x}")
    assert push(push_settings(tmp_path, {})) is not None


@pytest.mark.parametrize("name", ["BRAIN_VAPID_PRIVATE_KEY", "BRAIN_VAPID_SUBJECT"])
def test_a_key_of_the_users_own_is_left_alone(tmp_path: Path, name: str) -> None:
    assert push_settings(tmp_path, {name: "mine"}) == {}
    assert list(tmp_path.iterdir()) == []
