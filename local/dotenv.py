"""Reads .env for `make dev`, by the rules of python-dotenv, and writes the files that point
`vercel dev` and other tools at the local services.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
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


# ---- reading

FILE = "BRAIN_LOCAL_ENV"  # another file than .env in the root; empty for none

KEY = re.compile(r"(?:export[^\S\r\n]+)?(?:'([^']+)'|(?!')([^=#\s]+))[^\S\r\n]*")
SINGLE = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
DOUBLE = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
BARE = re.compile(r"[^\r\n]*")
REST = re.compile(r"[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)")
SPACE = re.compile(r"\s*(?:#[^\r\n]*\s*)*")
BLANK = re.compile(r"[^\S\r\n]*")
IN_SINGLE, IN_DOUBLE = re.compile(r"\\[\\']"), re.compile(r"\\[\\'\"abfnrtv]")
REFERENCE = re.compile(r"\$\{([^}:]*)(?::-([^}]*))?\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dotenv:
    """What a file says: `values` by name, and the numbers of `lines` that cannot be understood."""

    values: Mapping[str, str]
    lines: tuple[int, ...] = ()


def take_dotenv(root: Path, env: MutableMapping[str, str]) -> list[str]:
    """Add what the user's .env says to `env`, which wins. Returns lines for the user; no values."""
    name = env.get(FILE, ".env")
    file = root / name
    if not name or not file.is_file() or _is_ours(file):
        return []
    found = read_dotenv(file.read_text("utf-8", errors="replace"), env)
    taken = [name for name in found.values if name not in env]
    told = [f"{name}: {', '.join(taken) or 'nothing new'}"]
    if kept := [name for name in found.values if name in env]:
        told.append(f"{name}: not {', '.join(kept)}, which the environment sets")
    told += [f"{name}: line {line} cannot be understood" for line in found.lines]
    env.update({name: found.values[name] for name in taken})
    return told


def read_dotenv(text: str, env: Mapping[str, str]) -> Dotenv:
    """Read the text of a .env file. `${NAME}` and `${NAME:-default}` are filled in: from `env`,
    which wins, else from an earlier line.
    """
    values: dict[str, str] = {}
    wrong: list[int] = []
    place = _after(SPACE, text, 0)
    while place < len(text):
        line = text.count("\n", 0, place) + 1
        name, value, place = _binding(text, place)
        if name is None:
            wrong.append(line)
            place = _after(BARE, text, place)
        elif value is None:
            values.pop(name, None)
        else:
            values[name] = _filled(value, {**values, **env})
        place = _after(SPACE, text, place)
    return Dotenv(values=values, lines=tuple(wrong))


def _binding(text: str, place: int) -> tuple[str | None, str | None, int]:
    """Return a name, its value (None without `=`) and where they end; no name for other text."""
    key = KEY.match(text, place)
    if key is None:
        return None, None, place
    end, value = key.end(), None
    if text[end : end + 1] == "=":
        start = _after(BLANK, text, end + 1)
        is_comment = start > end + 1 and text[start : start + 1] == "#"
        value, end = ("", start) if is_comment else _value(text, start)
    rest = REST.match(text, end)
    return (key[1] or key[2], value, rest.end()) if rest else (None, None, end)


def _value(text: str, place: int) -> tuple[str, int]:
    for quoted, escapes in ((SINGLE, IN_SINGLE), (DOUBLE, IN_DOUBLE)):
        if found := quoted.match(text, place):
            decoded = escapes.sub(lambda one: codecs.decode(one[0], "unicode-escape"), found[1])
            return decoded, found.end()
    if text[place : place + 1] in ("'", '"'):
        return "", place  # a quotation that does not end: the rest of the line is not understood
    end = _after(BARE, text, place)
    return re.sub(r"\s+#.*", "", text[place:end]).rstrip(), end


def _filled(value: str, known: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda one: known.get(one[1], one[2] or ""), value)


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
