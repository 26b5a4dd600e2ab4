"""Reads the text of a PDF. Runs in a process of its own: see worker.py."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pypdf import PdfReader

from brain.codec import clean
from brain.documents.files.kinds import Cut, FileFault, FileUnreadable, ReadFile, sensible_title
from brain.documents.files.limits import TimeUp

MAX_PAGES = 2_000

_WITHOUT_TEXT: dict[Cut | None, FileFault] = {
    Cut.DAMAGED: FileFault.BROKEN,
    Cut.TIME: FileFault.SLOW,
}
_BLANKS = re.compile(r"[^\S\n]+(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")


def read_pdf(raw: bytes, *, most_chars: int) -> ReadFile:
    """Return the text of the pages, with empty lines between them. Raises FileUnreadable."""
    reader = _opened(raw)
    text, cut = _text(reader, most_chars)
    if not any(letter.isalnum() for letter in text):
        raise FileUnreadable(_WITHOUT_TEXT.get(cut, FileFault.SCANNED))
    return ReadFile(title=_title(reader), text=text, cut=cut)


@contextmanager
def _readable(fault: FileFault) -> Iterator[None]:
    """Turn every error of the library into this fault, but not the end of memory or of time."""
    try:
        yield
    except (FileUnreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken file makes the library raise any error
        raise FileUnreadable(fault) from None


def _opened(raw: bytes) -> PdfReader:
    """Open the file; one that can be read without a password is decrypted."""
    with _readable(FileFault.BROKEN):
        try:
            reader = PdfReader(BytesIO(raw))
            is_encrypted = reader.is_encrypted
        except NotImplementedError:  # pypdf: an encryption that it does not support
            raise FileUnreadable(FileFault.ENCRYPTED) from None
    with _readable(FileFault.ENCRYPTED):
        if is_encrypted and not reader.decrypt(""):
            raise FileUnreadable(FileFault.ENCRYPTED)
    return reader


def _text(reader: PdfReader, most_chars: int) -> tuple[str, Cut | None]:
    """Return the text, and why a part is missing. A page that cannot be read is left out."""
    pages: list[str] = []
    size, cut = 0, None
    try:
        for number in range(_count(reader)):
            if number == MAX_PAGES:
                return _joined(pages), Cut.PAGES
            page = _page(reader, number)
            cut = Cut.DAMAGED if page is None else cut
            pages.append(page or "")
            size += len(pages[-1])
            if size > most_chars:
                return _joined(pages)[:most_chars], Cut.LENGTH
    except TimeUp:
        cut = Cut.TIME
    return _joined(pages), cut


def _count(reader: PdfReader) -> int:
    with _readable(FileFault.BROKEN):  # such as a page tree without an end
        return len(reader.pages)


def _page(reader: PdfReader, number: int) -> str | None:
    """Return the text of a page; None if it cannot be read. The other pages still are."""
    try:
        with _readable(FileFault.BROKEN):
            text = clean(reader.pages[number].extract_text())
    except FileUnreadable:
        return None
    return _EMPTY_LINES.sub("\n\n", _BLANKS.sub("", text)).strip()


def _joined(pages: list[str]) -> str:
    return "\n\n".join(page for page in pages if page)


def _title(reader: PdfReader) -> str:
    try:
        with _readable(FileFault.BROKEN):
            title = reader.metadata.title if reader.metadata else None
            return sensible_title(clean(str(title or "")))
    except FileUnreadable:
        return ""
