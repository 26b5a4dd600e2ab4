"""Take a folder of Markdown and text files in as documents.

    python -m brain.import_documents FOLDER [--user ID] [--dry-run]

Importing a folder again changes what has changed and leaves the rest. A file is known by the
folder's name and its path in it. What was deleted in the folder stays a document; so does what was
changed after the import, beside the file's new version. A document that was deleted stays away
until its file changes. All count as texts by others: nobody knows who wrote a file.
"""

import argparse
import asyncio
import hashlib
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from brain import settings
from brain.cloud.postgres.database import Postgres
from brain.documents.imports import Part, PostgresImports
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.errors import DatabaseUnreachable

MARKDOWN = {".md", ".markdown"}
TEXT = {".txt", ".text"}
LEFT_OUT = {"node_modules", "__pycache__", "venv"}  # besides hidden folders, .venv among them
OWNER = "owner"  # the user of a single-owner deployment
MAX_FILE_BYTES = 2_000_000  # ten documents: what one transaction takes in within its time limit
NUMBER_CHARS = 8  # room in a title for " (12)"

_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*")
_FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that can be taken in."""

    digest: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A file that cannot, and why."""

    reason: str


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, or 1 if anything failed."""
    asked = _parser().parse_args(arguments)
    url = settings.database(settings.environment())
    if url is None:
        return _complain("DATABASE_URL is not set: it says which Postgres keeps the documents.")
    if not asked.folder.is_dir():
        return _complain(f"{asked.folder} is not a folder.")
    try:
        return asyncio.run(_import(asked.folder, url, user_id=asked.user, dry=asked.dry_run))
    except DatabaseUnreachable as error:
        return _complain(f"The database of DATABASE_URL cannot be used: {error}.")


async def _import(folder: Path, url: str, *, user_id: str, dry: bool) -> int:
    database = Postgres(url)
    try:
        imports = PostgresImports(database)
        known = await imports.digests(user_id)
        done: Counter[str] = Counter()
        for path in found(folder):
            name = identity(folder, path)
            result = await take_in(imports, user_id, path, name, known, dry=dry)
            print(f"{result}: {_printable(name)}")
            done[result.partition(" ")[0]] += 1
    finally:
        await database.close()
    kinds = ("created", "changed", "unchanged", "skipped", "failed")
    ending = " (dry run: nothing was written)" if dry else ""
    print(", ".join(f"{done[kind]} {kind}" for kind in kinds) + ending)
    return 1 if done["failed"] else 0


async def take_in(
    imports: PostgresImports,
    user_id: str,
    path: Path,
    name: str,
    known: Mapping[str, str],
    *,
    dry: bool,
) -> str:
    """What became of one file: a word of the summary, and perhaps a reason."""
    try:
        file = await asyncio.to_thread(read, path)
    except OSError as error:
        return f"failed ({error.strerror})"
    if isinstance(file, Skipped):
        return f"skipped ({file.reason})"
    if known.get(name) == file.digest:
        return "unchanged"
    if not dry:
        try:
            await imports.take_in(user_id, name, digest=file.digest, parts=file.parts)
        except DatabaseUnreachable as error:
            return f"failed ({error})"
    return "changed" if name in known else "created"


def found(folder: Path) -> Iterator[Path]:
    """The Markdown and text files under the folder, by name; links are not followed."""
    for place, folders, files in folder.walk():
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in LEFT_OUT
        )
        for name in sorted(files):
            path = place / name
            wanted = path.suffix.lower() in MARKDOWN | TEXT and not name.startswith(".")
            # A pipe or a device might never end, a link leads elsewhere.
            if wanted and path.is_file() and not path.is_symlink():
                yield path


def identity(folder: Path, path: Path) -> str:
    """By what a file is known: the same on each system, whatever the folder stands in."""
    name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return unicodedata.normalize("NFC", _printable(name))


def read(path: Path) -> File | Skipped:
    """The file's text as documents. Raises OSError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        return Skipped(reason=f"larger than {MAX_FILE_BYTES} bytes")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Skipped(reason="not UTF-8")
    if not text.strip():
        return Skipped(reason="empty")
    if "\0" in text:
        return Skipped(reason="holds NUL characters: not a text")
    title = title_of(path, text)
    return File(digest=hashlib.sha256(raw).hexdigest(), parts=tuple(parts(title, text)))


def title_of(path: Path, text: str) -> str:
    """The first heading of a Markdown file, else the file's name."""
    headings = _headings(text) if path.suffix.lower() in MARKDOWN else iter(())
    title = next(headings, None) or _printable(path.stem)
    return title[: MAX_TITLE_CHARS - NUMBER_CHARS]


def parts(title: str, text: str) -> Iterator[Part]:
    """The text whole, or, too long for one document, cut before headings and numbered."""
    if len(text) <= MAX_BODY_CHARS:
        yield Part(title=title, body=text)
        return
    number = 0
    while text:
        number += 1
        end = _end(text)
        yield Part(title=f"{title} ({number})", body=text[:end])
        text = text[end:]


def _end(text: str) -> int:
    """Where to cut: before the last heading that leaves half a document, else line, else word."""
    if len(text) <= MAX_BODY_CHARS:
        return len(text)
    for border in ("\n#", "\n\n", "\n", " "):
        at = text.rfind(border, MAX_BODY_CHARS // 2, MAX_BODY_CHARS)
        if at > 0:
            return at + 1
    return MAX_BODY_CHARS


def _headings(text: str) -> Iterator[str]:
    """The headings outside of code."""
    in_code = False
    for line in text.splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        heading = _HEADING.fullmatch(line)
        if heading and heading[1] and not in_code:
            yield heading[1]


def _printable(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brain.import_documents",
        description="Take a folder of Markdown and text files in as documents.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--user", default=OWNER, metavar="ID", help="whose (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, do nothing")
    return parser


def _complain(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
