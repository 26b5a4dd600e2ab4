"""The files in a Word document that hold its text, checked before they are parsed.

A .docx file is a zip archive of XML files (ECMA-376). What is left out here never reaches the
library that reads it: pictures, document type declarations and so entities, and hidden text.
"""

from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_STORED, ZipFile

from brain.documents.files.kinds import (
    MAX_MEMBERS,
    MAX_UNPACKED_MIB,
    FileFault,
    FileUnreadable,
)

MAX_UNPACKED_BYTES = MAX_UNPACKED_MIB * 1024 * 1024
CHUNK_BYTES = 65_536
# Of XML. Programs write fewer than fifty levels; a table in a table takes six, and the library
# calls itself for each.
MAX_DEPTH = 150
UNSEEN = 2  # times the characters that are read may stand in a file: deleted, hidden, written twice

# Transitional, as all programs write it, and strict.
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_RUNS, _HIDDEN, _VALUES = (
    {f"{namespace} {name}" for namespace in _WORD} for name in ("r", "vanish", "val")
)
_RUN_PROPERTIES = {f"{namespace} rPr" for namespace in _WORD}
_OFF = {"0", "false", "off"}


def repacked(raw: bytes, *, most_chars: int) -> BytesIO:
    """Return the XML files of a Word document as an archive. Raises FileUnreadable.

    A file with far more than `most_chars` characters is refused before it takes time to read.

    Also raises what zipfile, zlib and expat raise for a broken file.
    """
    made = BytesIO()
    has_text = False
    with ZipFile(BytesIO(raw)) as archive, ZipFile(made, "w", ZIP_STORED) as kept:
        for name, content in _unpacked(archive):
            seen, is_word = _without_hidden(content, UNSEEN * most_chars)
            has_text = has_text or is_word
            kept.writestr(name, seen)
    if not has_text:
        raise FileUnreadable(FileFault.NOT_DOCX)
    return made


def _unpacked(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield the XML files. All files are unpacked and counted."""
    members = {member.filename: member for member in archive.infolist()}
    if len(archive.infolist()) > MAX_MEMBERS:
        raise FileUnreadable(FileFault.LARGE)
    size = 0
    for name, member in members.items():
        is_xml = name.endswith((".xml", ".rels"))
        parts: list[bytes] = []
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                if size > MAX_UNPACKED_BYTES:
                    raise FileUnreadable(FileFault.LARGE)
                if is_xml:
                    parts.append(chunk)
        if is_xml:
            yield name, b"".join(parts)


def _without_hidden(xml: bytes, most_chars: int) -> tuple[bytes, bool]:
    """Return an XML file without its hidden runs of text, and whether it is one of Word's."""
    reader = _HiddenRuns(xml, most_chars)
    parts: list[bytes] = []
    place = 0
    for start, end in reader.ranges:
        parts.append(xml[place:start])
        place = end
    return b"".join([*parts, xml[place:]]) if parts else xml, reader.is_word


class _HiddenRuns:
    """Finds the hidden runs of an XML file, in bytes."""

    def __init__(self, xml: bytes, most_chars: int) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.is_word = False
        self._xml = xml
        self._left = most_chars
        self._open: list[str] = []
        self._runs: list[tuple[int, bool]] = []  # open: where each begins, and whether it is hidden
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.Parse(xml, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            raise FileUnreadable(FileFault.BROKEN)
        if len(self._open) == 1:
            self.is_word = name.partition(" ")[0] in _WORD
        if name in _RUNS:
            self._runs.append((self._parser.CurrentByteIndex, False))
        elif name in _HIDDEN and self._runs and self._open[-2] in _RUN_PROPERTIES:
            value = next((attributes[each] for each in _VALUES if each in attributes), "")
            begin, _ = self._runs[-1]
            self._runs[-1] = (begin, value not in _OFF)

    def _data(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0 and self.is_word:
            raise FileUnreadable(FileFault.LONG)

    def _end(self, name: str) -> None:
        self._open.pop()
        if name not in _RUNS:
            return
        begin, is_hidden = self._runs.pop()
        # A run in a hidden one goes with it.
        if is_hidden and not any(hidden for _, hidden in self._runs):
            while self.ranges and self.ranges[-1][0] > begin:
                self.ranges.pop()
            self.ranges.append((begin, self._xml.index(b">", self._parser.CurrentByteIndex) + 1))


def _refuse(*declaration: object) -> None:
    raise FileUnreadable(FileFault.BROKEN)
