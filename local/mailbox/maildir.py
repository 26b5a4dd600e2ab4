"""Stores emails in folders of files, in the format of our mail servers (Maildir++)."""

from __future__ import annotations

import itertools
import os
import re
import socket
from datetime import datetime
from pathlib import Path

_numbers = itertools.count(1)


def add(folder: Path, raw: bytes, *, at: datetime, seen: bool = False) -> Path:
    """Put an email into a folder as if it had arrived at that time.

    It is written elsewhere and then moved, because readers expect only complete files.
    """
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    seconds = at.timestamp()
    name = f"{int(seconds)}.M{next(_numbers):06}P{os.getpid()}.{socket.gethostname()}"
    unfinished = folder / "tmp" / name
    unfinished.write_bytes(raw)
    os.utime(unfinished, (seconds, seconds))
    place = folder / "cur" / f"{name}:2,S" if seen else folder / "new" / name
    return unfinished.rename(place)


def emails(folder: Path) -> list[bytes]:
    """Return all emails of a folder, in order of arrival."""
    files = [file for name in ("new", "cur") for file in (folder / name).glob("*")]
    return [file.read_bytes() for file in sorted(files, key=lambda file: file.name)]


def renumber(folder: Path) -> None:
    """Make the server assign new UIDs, as happens when a mailbox is moved or restored."""
    numbers = folder / "dovecot-uidlist"
    text = numbers.read_text()
    first, _, _ = text.partition("\n")
    found = re.search(r"V(\d+)", first)
    unique = re.search(r" G\S+", first)
    assert found, first
    numbers.write_text(f"3 V{int(found[1]) + 1} N1{unique[0] if unique else ''}\n")
    for index in folder.glob("dovecot.index*"):
        index.unlink()
