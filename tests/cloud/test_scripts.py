"""Checks that the scripts use their declared keys and arguments by name."""

import re
from pathlib import Path

import pytest

from brain.cloud.redis.scripts import ScriptReply, flat, script_text

BRAIN = Path(__file__).resolve().parents[2] / "brain"
PARTS = ("prelude", "taking_back", "devices")  # of several scripts
FILES = sorted(path for path in BRAIN.rglob("*.lua") if path.stem not in PARTS)
DECLARATION = re.compile(r"arguments\(\{(.*?)\}\)", re.DOTALL)
COMMENT = re.compile(r"--.*")


def code_of(file: Path) -> str:
    return COMMENT.sub("", file.read_text())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_uses_the_arguments_that_it_declares_and_no_others(file: Path) -> None:
    declaration = DECLARATION.search(code_of(file))
    assert declaration is not None
    declared = " ".join(re.findall(r"'([^']*)'", declaration[1])).split()

    used = set(re.findall(r"\ba\.(\w+)", code_of(file)))
    if re.search(r"[(,] ?a[,)]", code_of(file)):  # the prelude stores what the device says
        used |= {"language", "zone"}

    assert used == set(declared)
    assert len(used) == len(declared)


def positions(code: str) -> list[str]:
    """The keys and arguments that are used by position. What is done to all keys needs no name."""
    return re.findall(r"\b(?:KEYS|ARGV)\b", re.sub(r"\bipairs\(KEYS\)", "", code))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_script_uses_positions_of_keys_or_arguments(file: Path) -> None:
    assert positions(code_of(file)) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_is_next_to_the_python_module_that_calls_it(file: Path) -> None:
    calls = [
        path
        for path in file.parent.glob("*.py")
        if f'(__package__, "{file.stem}",' in path.read_text()
    ]

    assert len(calls) == 1


def test_a_script_is_sent_with_its_flag_and_without_comment_lines() -> None:
    lines = script_text("brain.cloud.redis.moves", "release").splitlines()

    assert lines[0] == "#!lua flags=allow-key-locking"
    assert [line for line in lines if line.lstrip().startswith("--")] == []
    assert "return answer({ 'is', 'released' })" in lines


def test_names_are_sent_first_and_a_list_name_has_its_length() -> None:
    args = flat({"run": "r1", "fence": 7, "is_here": True, "drafts": ["a", "b"], "entries": []})

    assert " ".join(args) == "run fence is_here drafts:2 entries:0 r1 7 1 a b"


def test_values_of_a_reply_are_read_by_name() -> None:
    reply = ScriptReply(["is seq held block ours taken", "done", "4", None, None, "1", []])

    assert (reply.kind, reply.number("seq"), reply.number("held")) == ("done", 4, 0)
    assert (reply.found("block"), reply.text("block")) == (None, "")
    assert (reply.flag("ours"), reply.flag("held"), reply.items("taken")) == (True, False, [])
    with pytest.raises(KeyError):
        reply.text("fence")
