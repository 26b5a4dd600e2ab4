"""Import a folder of Markdown and text files as documents.

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
import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from brain import settings
from brain.cloud.postgres.database import Postgres
from brain.documents.imports import Part, PostgresImports
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.documents.titles import title_in
from brain.errors import DatabaseUnreachable

MARKDOWN = {".md", ".markdown"}
TEXT = {".txt", ".text"}
LEFT_OUT = {"node_modules", "__pycache__", "venv"}  # in addition to hidden folders such as .venv
MAX_FILE_BYTES = 2_000_000  # ten documents: one transaction stores them within its time limit
NUMBER_CHARS = 8  # room in a title for " (12)"


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that can be imported."""

    digest: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
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
            print(f"{result}: {_shown(folder, path)}")
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
    """Yield the Markdown and text files under the folder, sorted by name. Skips links."""
    for place, folders, files in folder.walk():
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in LEFT_OUT
        )
        for name in sorted(files):
            path = place / name
            wanted = path.suffix.lower() in MARKDOWN | TEXT and not name.startswith(".")
            # Reading a pipe or a device might never end; a link may lead out of the folder.
            if wanted and path.is_file() and not path.is_symlink():
                yield path


def identities(folder: Path, known: Container[str]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the name that identifies it: the same in every location.

    Names that differ in any byte are different files, also where they look alike. `known` are the
    files of earlier imports, which were identified by the normalised name: such a file keeps it,
    unless another file has exactly that name.
    """
    names = {path: identity(folder, path) for path in found(folder)}
    taken = set(names.values())
    for path, name in names.items():
        normal = unicodedata.normalize("NFC", name)
        is_earlier = name not in known and normal in known and normal not in taken
        yield path, normal if is_earlier else name


def identity(folder: Path, path: Path) -> str:
    """Return folder and path. A name that is not UTF-8 becomes the hexadecimal form of its bytes,
    which has no slash and so equals no other name.
    """
    name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return name if name == _printable(name) else os.fsencode(name).hex()


def read(path: Path) -> File | Skipped:
    """Read a file and split it into documents. Raises OSError."""
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
        return Skipped(reason="contains NUL characters: not a text file")
    title = title_of(path, text)
    return File(digest=hashlib.sha256(raw).hexdigest(), parts=tuple(parts(title, text)))


def title_of(path: Path, text: str) -> str:
    """Return the title that a Markdown file gives itself, otherwise the file's name."""
    own = title_in(text) if path.suffix.lower() in MARKDOWN else ""
    return (own or _printable(path.stem))[: MAX_TITLE_CHARS - NUMBER_CHARS]


def parts(title: str, text: str) -> Iterator[Part]:
    """Yield the text as one part. A text too long for one document is cut into numbered parts."""
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
    """Return where to cut: before a heading, a paragraph, a line or a word, in this order.

    The first part gets at least half of MAX_BODY_CHARS.
    """
    if len(text) <= MAX_BODY_CHARS:
        return len(text)
    for border in ("\n#", "\n\n", "\n", " "):
        at = text.rfind(border, MAX_BODY_CHARS // 2, MAX_BODY_CHARS)
        if at > 0:
            return at + 1
    return MAX_BODY_CHARS


def _shown(folder: Path, path: Path) -> str:
    name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return unicodedata.normalize("NFC", _printable(name))


def _printable(name: str) -> str:
    """Return a file name as text; bytes that are not UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brain.import_documents",
        description="Import a folder of Markdown and text files as documents.",
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
