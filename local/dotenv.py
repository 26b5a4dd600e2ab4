"""Files that point `vercel dev`, and other tools, at the local services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# `vercel dev --local` reads .env and nothing else; other tools read .env.local first.
NAMES = (".env.local", ".env")
FIRST_LINE = "# Written by `make services`, which takes this file away when it ends.\n"


@contextmanager
def pointing(root: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Have the files in `root` until the end of the block; a file of the user's own stays as it is.

    Yields what there is to say about that.
    """
    kept = [name for name in NAMES if not _is_ours(root / name)]
    written = [name for name in NAMES if name not in kept]
    text = FIRST_LINE + "".join(f'{name}="{value}"\n' for name, value in env.items())
    for name in written:
        _write(root / name, text)
    try:
        yield " ".join(filter(None, [_told(written), _regretted(kept)]))
    finally:
        for name in written:
            (root / name).unlink(missing_ok=True)


def _is_ours(file: Path) -> bool:
    """Whether we may write there: there is nothing, or what we wrote before we were killed."""
    return not file.exists() or file.read_text().startswith(FIRST_LINE)


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)  # it may hold the key of a model provider
    file.write_text(text)


def _told(written: list[str]) -> str:
    verb = "points" if len(written) == 1 else "point"
    return f"{' and '.join(written)} {verb} at them." if written else ""


def _regretted(kept: list[str]) -> str:
    if not kept:
        return ""
    names = " and ".join(kept)
    return f"Left as it is, since it is yours: {names}. Move it away to have one that points here."
