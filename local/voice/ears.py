"""Where `make ears` keeps what it fetches, and what is there. Needs only the standard library."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from local.toolchain import HOME

PLACE = HOME / "voice"
PYTHON = PLACE / "bin" / "python"
CHOICE = PLACE / "choice.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was fetched: folders or files. Empty: from a script."""

    ear: str = ""
    """The folder of the ear's model."""
    voice: str = ""
    """The voice of the natural mouth."""
    espeak: str = ""
    """The program of the light mouth."""

    def write(self, file: Path = CHOICE) -> None:
        file.write_text(json.dumps(asdict(self)))


def chosen(file: Path = CHOICE) -> Choice:
    """Return what was fetched and is still there."""
    try:
        found = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return Choice()
    return Choice(**{name: path for name, path in found.items() if Path(path).exists()})


def has_peer(place: Path = PLACE) -> bool:
    """Return whether the environment for WebRTC is there."""
    return any(place.glob("lib/python3.*/site-packages/aiortc"))


def find_espeak() -> str:
    """Return the path of the system's espeak-ng; empty if it is not installed."""
    return shutil.which("espeak-ng") or ""
