"""Import a folder of texts as documents: Markdown, text, PDF and Word (.docx) files.

    python -m brain.import_documents FOLDER [--user ID] [--dry-run]

A second import of a folder updates only the files that changed. A file is identified by the
folder's name and its path in the folder. If a file is deleted, its document stays. If a document
was edited after the import, it stays too, and the changed file becomes a new document. A deleted
document is imported again only when its file changes. All imported documents count as written by
others, because the author of a file is unknown.
"""

import argparse
import asyncio
import hashlib
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from brain import settings
from brain.cloud.postgres.database import Postgres
from brain.documents.files.folder import identities, printable, shown
from brain.documents.files.kinds import (
    ENDINGS,
    MAX_FILE_CHARS,
    FileKind,
    FileUnreadable,
    read_text,
)
from brain.documents.files.reader import FileReader
from brain.documents.imports import PostgresImports
from brain.documents.parts import NUMBER_CHARS, Part, parts
from brain.documents.rules import MAX_TITLE_CHARS
from brain.documents.titles import title_in
from brain.errors import DatabaseUnreachable, ReaderUnreachable

MAX_FILE_BYTES = (
    2_000_000  # of a text: ten documents: one transaction stores them within its time limit
)
MAX_PACKED_BYTES = 50_000_000  # of a PDF or Word file: mostly pictures


class File(Struct, frozen=True, kw_only=True):
    """A file that can be imported."""

    digest: str
    parts: tuple[Part, ...]


class Skipped(Struct, frozen=True, kw_only=True):
    """A file that cannot be imported, and the reason."""

    reason: str


def main(arguments: list[str] | None = None) -> int:
    """Run the import. Returns the exit code: 0, or 1 if anything failed."""
    options = _parser().parse_args(arguments)
    url = settings.database(settings.environment())
    if url is None:
        return _complain("DATABASE_URL is not set. It is the address of the Postgres database.")
    if not options.folder.is_dir():
        return _complain(f"{options.folder} is not a folder.")
    try:
        return asyncio.run(_import(options.folder, url, user_id=options.user, dry=options.dry_run))
    except DatabaseUnreachable as error:
        return _complain(f"The database of DATABASE_URL cannot be used: {error}.")


async def _import(folder: Path, url: str, *, user_id: str, dry: bool) -> int:
    database = Postgres(url)
    try:
        imports = PostgresImports(database)
        known = await imports.digests(user_id)
        done: Counter[str] = Counter()
        for path, name in identities(folder, known):
            result = await take_in(imports, user_id, path, name, known, dry=dry)
            print(f"{result}: {shown(folder, path)}")
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
    """Import one file. Returns a word for the summary, for example `created`, with a reason."""
    try:
        file = await _file(path, known.get(name))
    except OSError as error:
        return f"failed ({error.strerror})"
    except ReaderUnreachable as error:
        return f"failed ({error})"
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


async def _file(path: Path, known: str | None) -> File | Skipped:
    """Read a file; one with the `known` digest is not read again if that takes long."""
    if _kind(path) in (FileKind.MARKDOWN, FileKind.TEXT):
        return await asyncio.to_thread(read, path)
    raw = await asyncio.to_thread(_packed, path)
    if raw is None:
        return Skipped(reason=f"larger than {MAX_PACKED_BYTES} bytes")
    digest = hashlib.sha256(raw).hexdigest()
    if digest == known:
        return File(digest=digest, parts=())
    try:
        found = await FileReader().read(raw, _kind(path), most_chars=MAX_FILE_CHARS)
    except FileUnreadable as error:
        return Skipped(reason=str(error))
    title = (found.title or printable(path.stem))[: MAX_TITLE_CHARS - NUMBER_CHARS]
    return File(digest=digest, parts=tuple(parts(title, found.text)))


def _packed(path: Path) -> bytes | None:
    return path.read_bytes() if path.stat().st_size <= MAX_PACKED_BYTES else None


def _kind(path: Path) -> FileKind:
    return ENDINGS[path.suffix.lower()]


def read(path: Path) -> File | Skipped:
    """Read a text or Markdown file and split it into documents. Raises OSError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        return Skipped(reason=f"larger than {MAX_FILE_BYTES} bytes")
    raw = path.read_bytes()
    try:
        text = read_text(raw)
    except FileUnreadable as error:
        return Skipped(reason=str(error))
    title = title_of(path, text)
    return File(digest=hashlib.sha256(raw).hexdigest(), parts=tuple(parts(title, text)))


def title_of(path: Path, text: str) -> str:
    """Return the title that a Markdown file gives itself, otherwise the file's name."""
    own = title_in(text) if _kind(path) is FileKind.MARKDOWN else ""
    return (own or printable(path.stem))[: MAX_TITLE_CHARS - NUMBER_CHARS]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brain.import_documents",
        description="Import a folder of Markdown, text, PDF and Word files as documents.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--user",
        default=settings.OWNER,
        metavar="ID",
        help="owner of the documents (default: %(default)s)",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be done")
    return parser


def _complain(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
