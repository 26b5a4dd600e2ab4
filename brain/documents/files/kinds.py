"""The kinds of files that become documents, and why a file cannot, or not whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from brain.errors import BrainError

# Titles that programs write when nobody gave one, with a number or without.
_NO_TITLE = re.compile(
    r"[(\[]?(?:anonymous|blank|document|doc|dokument|file|neues dokument|new document|no title"
    r"|(?:power)?point presentation|powerpoint[- ]präsentation|print|scan|scanned document|slide"
    r"|titel|title|unbenannt|unknown|untitled|untitled document|word document)[\s_()-]*\d*[)\]]?",
    re.IGNORECASE,
)
_PRINTED_FROM = re.compile(r"microsoft (?:word|powerpoint|excel|office word) - ", re.IGNORECASE)
_FILE_ENDS = (
    "doc", "docm", "docx", "dvi", "htm", "html", "indd", "md", "odp", "odt", "pages", "pdf", "ppt",
    "pptx", "ps", "qxd", "rtf", "tex", "tmp", "txt", "xls", "xlsx",
)  # fmt: skip


class FileKind(StrEnum):
    """What a file says it is, by its name or its media type."""

    PDF = "pdf"
    DOCX = "docx"
    MARKDOWN = "markdown"
    TEXT = "text"


ENDINGS: Mapping[str, FileKind] = {
    ".md": FileKind.MARKDOWN,
    ".markdown": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT,
    ".text": FileKind.TEXT,
    ".pdf": FileKind.PDF,
    ".docx": FileKind.DOCX,
}
MEDIA_TYPES: Mapping[str, FileKind] = {
    "text/markdown": FileKind.MARKDOWN,
    "text/plain": FileKind.TEXT,
    "application/pdf": FileKind.PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": FileKind.DOCX,
}


class FileFault(StrEnum):
    """Why a file cannot become a document."""

    BROKEN = "broken"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    LARGE = "large"
    NOT_DOCX = "notDocx"
    NOT_PDF = "notPdf"
    NOT_TEXT = "notText"
    NOT_UTF8 = "notUtf8"
    OLD_WORD = "oldWord"
    SCANNED = "scanned"
    SLOW = "slow"


class Cut(StrEnum):
    """Why a part of a file is missing in its document."""

    LENGTH = "length"
    PAGES = "pages"
    TIME = "time"
    DAMAGED = "damaged"


# In a few words, and in sentences that say what to do.
WORDS: Mapping[FileFault, tuple[str, str]] = {
    FileFault.BROKEN: ("damaged", "The file is damaged. Open it, save it again, and try again."),
    FileFault.EMPTY: ("empty", "The file is empty."),
    FileFault.ENCRYPTED: (
        "protected with a password",
        "The file is protected with a password. Save a copy without it and try again.",
    ),
    FileFault.LARGE: (
        "too large when unpacked",
        "The file is too large when it is unpacked. Split it and try again.",
    ),
    FileFault.NOT_DOCX: (
        "not a Word document",
        "The file is not a Word document (.docx), whatever its name says.",
    ),
    FileFault.NOT_PDF: ("not a PDF", "The file is not a PDF, whatever its name says."),
    FileFault.NOT_TEXT: (
        "contains NUL characters: not a text file",
        "The file is not a text, whatever its name says.",
    ),
    FileFault.NOT_UTF8: (
        "not UTF-8",
        "The file is not UTF-8 text. Save it as UTF-8 and try again.",
    ),
    FileFault.OLD_WORD: (
        "an old Word document, or protected with a password",
        "The file is an old Word document (.doc), or protected with a password. Save it as .docx "
        "without a password and try again.",
    ),
    FileFault.SCANNED: (
        "no text: probably scanned",
        "The PDF has no text. It is probably scanned: let a program recognise its text first.",
    ),
    FileFault.SLOW: (
        "takes too long to read",
        "The file takes too long to read. Split it and try again.",
    ),
}
CUT_WORDS: Mapping[Cut, str] = {
    Cut.LENGTH: "it is too long",
    Cut.PAGES: "it has too many pages",
    Cut.TIME: "it takes too long to read",
    Cut.DAMAGED: "a part is damaged",
}


class FileUnreadable(BrainError):
    """The file cannot become a document."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(WORDS[fault][0])
        self.fault = fault


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFile:
    """What was read of a file. `title` is empty if the file gives itself none."""

    title: str
    text: str
    cut: Cut | None = None


def kind_of(raw: bytes, said: FileKind) -> FileKind:
    """Return the kind of a file by its first bytes; a text is what it says it is.

    Raises FileUnreadable if it says that it is something else than a text, and is not.
    """
    beginning = raw.lstrip()[:5]
    if beginning == b"%PDF-" or (said is FileKind.PDF and b"%PDF-" in raw[:1024]):
        return FileKind.PDF
    if raw.startswith(b"PK\x03\x04"):
        return FileKind.DOCX
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileUnreadable(FileFault.OLD_WORD)
    if not raw.strip():
        raise FileUnreadable(FileFault.EMPTY)
    if said is FileKind.PDF:
        raise FileUnreadable(FileFault.NOT_PDF)
    if said is FileKind.DOCX:
        raise FileUnreadable(FileFault.NOT_DOCX)
    return said


def read_text(raw: bytes) -> str:
    """Decode a text file. Raises FileUnreadable."""
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FileUnreadable(FileFault.NOT_UTF8) from None
    if not text.strip():
        raise FileUnreadable(FileFault.EMPTY)
    if "\0" in text:
        raise FileUnreadable(FileFault.NOT_TEXT)
    return text


def sensible_title(title: str) -> str:
    """Return the title in a file's properties on one line; empty if a program made it up, such as
    the name of the file that was printed.
    """
    line = _PRINTED_FROM.sub("", " ".join(title.split()), count=1)
    is_file_name = line.casefold().rpartition(".")[2] in _FILE_ENDS
    made_up = _NO_TITLE.fullmatch(line) or (is_file_name and "." in line)
    return "" if made_up or not any(letter.isalpha() for letter in line) else line


def with_note(text: str, cut: Cut | None, *, most: int | None = None) -> str:
    """Return the text; if a part is missing, with a note at its end that says so.

    The result has at most `most` characters.
    """
    if cut is None:
        return text
    missing = "A part" if cut is Cut.DAMAGED else "The rest"
    note = f"\n\n[{missing} of this file was left out: {CUT_WORDS[cut]}.]"
    return text[: None if most is None else most - len(note)].rstrip() + note
