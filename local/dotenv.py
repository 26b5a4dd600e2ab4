"""Writes the files that point `vercel dev` and other tools at the local services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# `vercel dev --local` reads only .env; other tools read .env.local first.
NAMES = (".env.local", ".env")
FIRST_LINE = "# Written by `make services`, which takes this file away when it ends.\n"


@contextmanager
def pointing(root: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Keep the files in `root` until the block ends. Files that belong to the user are not changed.

    Yields a message for the user about what was done.
    """
    kept = [name for name in NAMES if not _is_ours(root / name)]
    written = [name for name in NAMES if name not in kept]
    text = FIRST_LINE + "".join(f'{name}="{value}"\n' for name, value in env.items())
    for name in written:
        _write(root / name, text)
    try:
        yield " ".join(filter(None, [_written_message(written), _kept_message(kept)]))
    finally:
        for name in written:
            (root / name).unlink(missing_ok=True)


def _is_ours(file: Path) -> bool:
    """Return whether we may write this file: it does not exist, or we wrote it before we were
    killed.
    """
    return not file.exists() or file.read_text().startswith(FIRST_LINE)


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)  # it may contain the key of a model provider
    file.write_text(text)


def _written_message(written: list[str]) -> str:
    verb = "points" if len(written) == 1 else "point"
    return f"{' and '.join(written)} {verb} at them." if written else ""


def _kept_message(kept: list[str]) -> str:
    if not kept:
        return ""
    names = " and ".join(kept)
    return f"Not changed, because it is yours: {names}. Move it away to get one that points here."
