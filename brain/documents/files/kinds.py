"""The kinds of files that become documents, and why a file cannot, or not whole."""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from brain.errors import BrainError

# Bounds of a file. A PDF or Word file beyond one of them is refused.
MAX_FILE_CHARS = 2_000_000  # of its text: about ten documents
MAX_PAGES = 1_000  # of a PDF
MAX_UNPACKED_MIB = 64  # of all files in a Word document, which is a zip archive
MAX_MEMBERS = 10_000  # files in it; an honest one has fewer than a hundred, and its pictures
READ_S = 15  # seconds of processor time to read it; several hundred pages take less than one
MEMORY_MIB = 512  # of address space to read it

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
    LONG = "long"
    MEMORY = "memory"
    NOT_DOCX = "notDocx"
    NOT_PDF = "notPdf"
    NOT_TEXT = "notText"
    NOT_UTF8 = "notUtf8"
    OLD_WORD = "oldWord"
    PAGES = "pages"
    SCANNED = "scanned"
    SLOW = "slow"


class Cut(StrEnum):
    """Why the rest of a text file is missing in its document."""

    LENGTH = "length"


# In a few words, and in sentences that say what to do.
WORDS: Mapping[FileFault, tuple[str, str]] = {
    FileFault.BROKEN: ("damaged", "The file is damaged. Open it, save it again, and try again."),
    FileFault.EMPTY: ("empty", "The file is empty."),
    FileFault.ENCRYPTED: (
        "protected by a password",
        "This PDF is protected by a password. Save a copy without it and try again.",
    ),
    FileFault.LARGE: (
        f"more than {MAX_UNPACKED_MIB} MiB or {MAX_MEMBERS:,} files when unpacked",
        f"The file has more than {MAX_UNPACKED_MIB} MiB or {MAX_MEMBERS:,} files in it when it is "
        "unpacked. Split it and try again.",
    ),
    FileFault.LONG: (
        f"more than {MAX_FILE_CHARS:,} characters",
        f"The file has more than {MAX_FILE_CHARS:,} characters. Split it and try again.",
    ),
    FileFault.MEMORY: (
        f"takes more than {MEMORY_MIB} MiB of memory to read",
        f"The file takes more than {MEMORY_MIB} MiB of memory to read. Split it and try again.",
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
    FileFault.PAGES: (
        f"more than {MAX_PAGES:,} pages",
        f"The PDF has more than {MAX_PAGES:,} pages. Split it and try again.",
    ),
    FileFault.SCANNED: (
        "no text: it seems to be scanned",
        "This PDF has no text: it seems to be scanned. Let a program recognise its text first.",
    ),
    FileFault.SLOW: (
        f"takes more than {READ_S} seconds to read",
        f"The file takes more than {READ_S} seconds to read. Split it and try again.",
    ),
}
CUT_WORDS: Mapping[Cut, str] = {
    Cut.LENGTH: "it is too long",
}


_NOT_AS_SAID: Mapping[FileKind, FileFault] = {
    FileKind.PDF: FileFault.NOT_PDF,
    FileKind.DOCX: FileFault.NOT_DOCX,
}


class FileUnreadable(BrainError):
    """The file cannot become a document."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(WORDS[fault][0])
        self.fault = fault


class ReadFile(Struct, frozen=True, kw_only=True):
    """What was read of a file. `title` is empty if the file gives itself none.

    `pages`: how many a PDF has; None for other files, which say nothing certain about it.
    """

    title: str
    text: str
    cut: Cut | None = None
    pages: int | None = None


def check_kind(raw: bytes, said: FileKind) -> None:
    """Raise FileUnreadable if the first bytes of a file show that it is not what it says it is."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileUnreadable(FileFault.OLD_WORD)
    if not raw.strip():
        raise FileUnreadable(FileFault.EMPTY)
    found = _packed_kind(raw, said)
    if found is said or (found is None and said in (FileKind.MARKDOWN, FileKind.TEXT)):
        return
    raise FileUnreadable(_NOT_AS_SAID.get(said, FileFault.NOT_TEXT))


def _packed_kind(raw: bytes, said: FileKind) -> FileKind | None:
    if raw.startswith(b"PK\x03\x04"):
        return FileKind.DOCX
    # Some programs write other bytes before a PDF; a text may be about PDFs.
    beginning = raw[:1024] if said is FileKind.PDF else raw.lstrip()[:5]
    return FileKind.PDF if b"%PDF-" in beginning else None


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
    note = f"\n\n[The rest of this file was left out: {CUT_WORDS[cut]}.]"
    return text[: None if most is None else most - len(note)].rstrip() + note
