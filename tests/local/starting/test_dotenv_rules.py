"""A .env file is read as python-dotenv reads it. The right values here are python-dotenv's own."""

from pathlib import Path

import pytest

from local.dotenv import FIRST_LINE, read_dotenv, take_dotenv

ENV = {"HOME_OF_MINE": "/home/anna", "SET": "by the environment"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\n", {"A": "1"}),
        ("export A = 'x y' # c\n", {"A": "x y"}),
        ('A="a\\nb"\n', {"A": "a\nb"}),
        ("A='a\\nb'\n", {"A": "a\\nb"}),
        ("A=x # c\n", {"A": "x"}),
        ("A=x#y\n", {"A": "x#y"}),
        ("A= # c\nB=#c\n", {"A": "", "B": "#c"}),
        ("A\nB=\n", {"B": ""}),
        ("A=1\nA\n", {}),
        ("'A B'=3\n", {"A B": "3"}),
        ("# c\n\nA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A=${HOME_OF_MINE}/a\nB='${A}'\nC=${NONE:-d}${NONE}\n", {"A": "/home/anna/a",
                                                                   "B": "/home/anna/a", "C": "d"}),
        ("SET=by the file\nB=${SET}", {"SET": "by the file", "B": "by the environment"}),
        ('A="several\nlines"\nB=1', {"A": "several\nlines", "B": "1"}),
        ('A="\\"q\\" \\\\"\n', {"A": '"q" \\'}),
        ("A==b\nC = d = e\n", {"A": "=b", "C": "d = e"}),
        ("A='ü'\nB=ü€\n", {"A": "ü", "B": "ü€"}),
    ],
)  # fmt: skip
def test_the_value_of_a_line(text: str, values: dict[str, str]) -> None:
    found = read_dotenv(text, ENV)
    assert (found.values, found.lines) == (values, ())


@pytest.mark.parametrize(
    ("text", "values", "lines"),
    [
        ("A='no end\nB=2\n", {"B": "2"}, (1,)),
        ("A=1\n=x\nB=2\n", {"A": "1", "B": "2"}, (2,)),
        ('A="x" y\nB=1\n', {"B": "1"}, (1,)),
        ("some words\nB=1\n", {"B": "1"}, (1,)),
    ],
)
def test_a_line_that_cannot_be_understood_is_left_out_and_named(
    text: str, values: dict[str, str], lines: tuple[int, ...]
) -> None:
    found = read_dotenv(text, {})
    assert (found.values, found.lines) == (values, lines)


def test_the_environment_wins_and_no_value_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEW=a-secret\nSET=another-secret\n!!! no\n")
    env = dict(ENV)
    assert take_dotenv(tmp_path, env) == [
        ".env: NEW",
        ".env: not SET, which the environment sets",
        ".env: line 3 cannot be understood",
    ]
    assert env == {**ENV, "NEW": "a-secret"}


@pytest.mark.parametrize("name", ["", "missing"])
def test_without_a_file_nothing_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    env = {"BRAIN_LOCAL_ENV": name}
    assert take_dotenv(tmp_path, env) == []
    assert env == {"BRAIN_LOCAL_ENV": name}


def test_a_file_that_make_services_left_behind_is_not_the_users(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f'{FIRST_LINE}A="1"\n')
    env: dict[str, str] = {}
    assert (take_dotenv(tmp_path, env), env) == ([], {})
