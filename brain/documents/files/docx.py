"""Reads the text of a Word document (.docx). Runs in a process of its own: see worker.py.

A .docx file is a zip archive of XML files (ECMA-376). They are read as streams, so an archive that
unpacks to a huge file takes no memory. A document type declaration, and so any entity, is refused:
Word writes none.
"""

import posixpath
import zlib
from collections.abc import Callable
from io import BytesIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from brain.codec import clean
from brain.documents.files.kinds import Cut, FileFault, FileUnreadable, ReadFile, sensible_title
from brain.documents.files.limits import TimeUp
from brain.documents.files.word import WordStyles, WordText
from brain.documents.titles import title_in

MAX_PART_BYTES = 100_000_000  # unpacked, of one file in the archive
CHUNK_BYTES = 65_536

MAIN = "/officeDocument"  # the end of the type of the relationship to the text
DEFAULT_MAIN = "word/document.xml"


# What the three libraries raise for a broken file.
BROKEN = (
    BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,  # zipfile: a compression method that it does not support
    ValueError,
)


class _Enough(Exception):
    """The text has its largest length."""


def read_docx(raw: bytes, *, most_chars: int) -> ReadFile:
    """Return the text as Markdown: headings, lists, and tables with bars. Raises FileUnreadable."""
    try:
        with ZipFile(BytesIO(raw)) as archive:
            return _read(archive, most_chars)
    except BROKEN:
        raise FileUnreadable(FileFault.BROKEN) from None
    except RuntimeError:  # zipfile raises it for a file that needs a password
        raise FileUnreadable(FileFault.ENCRYPTED) from None


def _read(archive: ZipFile, most_chars: int) -> ReadFile:
    names = set(archive.namelist())
    main = _main_part(archive, names)
    if main not in names:
        raise FileUnreadable(FileFault.NOT_DOCX)
    folder = posixpath.dirname(main)
    styles = WordStyles()
    if (name := posixpath.join(folder, "styles.xml")) in names:
        _parse(archive, name, start=styles.start)
    words = WordText(styles.headings)
    notes = (posixpath.join(folder, f"{each}notes.xml") for each in ("foot", "end"))
    cut = _take(archive, [main, *(name for name in notes if name in names)], words, most_chars)
    text = clean(words.text())
    if not text.strip():
        raise FileUnreadable(FileFault.LARGE if cut else FileFault.EMPTY)
    if len(text) > most_chars:
        text, cut = text[:most_chars], Cut.LENGTH
    return ReadFile(title=_title(archive, names) or title_in(text), text=text, cut=cut)


def _take(archive: ZipFile, parts: list[str], words: WordText, most_chars: int) -> Cut | None:
    """Read the parts of the text one after the other. Return why the rest is missing, if it is."""

    def start(name: str, attributes: dict[str, str]) -> None:
        if words.size > most_chars:
            raise _Enough
        words.start(name, attributes)

    try:
        for part in parts:
            if not _parse(archive, part, start=start, end=words.end, data=words.data):
                return Cut.LENGTH
    except _Enough:
        return Cut.LENGTH
    except TimeUp:
        if not words.size:
            raise
        return Cut.TIME
    except (BadZipFile, zlib.error, expat.ExpatError, EOFError):
        if not words.size:
            raise
        return Cut.DAMAGED
    return None


def _main_part(archive: ZipFile, names: set[str]) -> str:
    """Return the name of the file with the text."""
    found: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship") and attributes.get("Type", "").endswith(MAIN):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in names:
        _parse(archive, "_rels/.rels", start=start)
    return next((name for name in found if name in names), DEFAULT_MAIN)


def _title(archive: ZipFile, names: set[str]) -> str:
    """Return the title in the properties of the document; empty if it has no title."""
    parts: list[str] = []
    inside: list[bool] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(name == "http://purl.org/dc/elements/1.1/ title")

    def data(text: str) -> None:
        if inside and inside[-1]:
            parts.append(text)

    try:
        if "docProps/core.xml" in names:
            _parse(
                archive, "docProps/core.xml", start=start, end=lambda name: inside.pop(), data=data
            )
    except (BadZipFile, zlib.error, expat.ExpatError, EOFError, FileUnreadable):
        return ""
    return sensible_title(clean("".join(parts)))


def _parse(
    archive: ZipFile,
    name: str,
    *,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object] = lambda name: None,
    data: Callable[[str], object] = lambda text: None,
) -> bool:
    """Parse a file of the archive. False if it is longer than what is read of a file.

    Names are given as `namespace name`.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    size = 0
    with archive.open(name) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_PART_BYTES:
                return False
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return True


def _refuse(*declaration: object) -> None:
    raise FileUnreadable(FileFault.BROKEN)
