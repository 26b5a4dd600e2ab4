"""The access keys in the environment: whose they are, and which count."""

import hashlib
import json

import pytest

from brain import settings


def test_access_keys_name_their_users() -> None:
    family = {"anna": ["a key of anna: 16"], "ben": ["the old key of ben", "the new key of ben"]}
    env = {"BRAIN_ACCESS_KEY": "a key of the owner", "BRAIN_ACCESS_KEYS": json.dumps(family)}
    keys = settings.session(env).keys
    assert [key.user_id for key in keys] == ["owner", "anna", "ben", "ben"]
    assert keys[1].digest == hashlib.sha256(b"a key of anna: 16").digest()
    assert "key of" not in repr(keys)
    assert settings.problems(env, {})["session"] == ""


LONG = "a key of some length"


@pytest.mark.parametrize(
    "given",
    [
        "anna",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        json.dumps({"anna": LONG}),
        json.dumps({"anna": []}),
        json.dumps({"anna": ["short"]}),
        json.dumps({"anna": [LONG, 7]}),
        json.dumps({"anna": [f"{LONG} {n}" for n in range(3)]}),
        json.dumps({"": [LONG]}),
        json.dumps({"a" * 65: [LONG]}),
        json.dumps({"an\nna": [LONG]}),
        json.dumps({"\ud800": [LONG]}),
        json.dumps({"mind:x:0": [LONG]}),
        json.dumps({"anna": [LONG], "ben": [LONG]}),
        json.dumps({"anna": ["the key of the owner"]}),
        json.dumps({f"user {n}": [f"{LONG} {n}"] for n in range(21)}),
    ],
)
def test_access_keys_that_are_not_right_open_nothing_and_are_named(given: str) -> None:
    env = {"BRAIN_ACCESS_KEY": "the key of the owner", "BRAIN_ACCESS_KEYS": given}
    assert [key.user_id for key in settings.session(env).keys] == ["owner"]
    problem = settings.problems(env, {})["session"]
    assert problem.startswith("BRAIN_ACCESS_KEYS")
    assert "of some length" not in problem


def test_a_mind_owns_no_email() -> None:
    problems = settings.problems({"BRAIN_EMAIL_USER": "mind:x:0"}, {})
    assert problems["events"] == "BRAIN_EMAIL_USER must not begin with mind:"


def test_a_short_access_key_is_named() -> None:
    problem = settings.problems({"BRAIN_ACCESS_KEY": "sesame"}, {})["session"]
    assert problem == "BRAIN_ACCESS_KEY must have at least 16 characters"
