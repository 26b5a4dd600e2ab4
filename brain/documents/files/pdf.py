"""Reads the text of a PDF with PDFium. Runs in a process of its own: see worker.py.

PDFium is written in C++, and ends its process when it gets no memory.
"""

import re
from collections.abc import Iterator

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from brain.codec import clean
from brain.documents.files.kinds import (
    MAX_PAGES,
    FileFault,
    FileUnreadable,
    ReadFile,
    sensible_title,
)

# A PDF ends with the place of its table of contents (ISO 32000-1, 7.5.5), and a changed one has an
# end for each version. A file whose rest got lost has no end, or objects after it. Other bytes
# after the end are harmless.
_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
_OBJECT = re.compile(rb"[\r\n]\d{1,10}\s+\d{1,5}\s+obj\b")

# PDFium writes this for a hyphen that divides a word at the end of a line, and leaves out the line
# break.
DIVIDED = "\ufffe"
MAX_WORD = 64  # letters of a word that are looked at
_AT_END, _AT_START = re.compile(r"\w+\Z"), re.compile(r"\A\w+")
_HYPHENED = re.compile(r"\b\w{1,64}-\w{1,64}\b")
_BLANKS = re.compile(r"[^\S\n]+(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")


def read_pdf(raw: bytes, *, most_chars: int) -> ReadFile:
    """Return the text of the pages, with empty lines between them. Raises FileUnreadable."""
    if _is_cut_off(raw):
        raise FileUnreadable(FileFault.BROKEN)
    try:
        document = pypdfium2.PdfDocument(raw)
        pages = len(document)
        if pages > MAX_PAGES:
            raise FileUnreadable(FileFault.PAGES)
        text = clean(joined("\n\n".join(_texts(document, pages, most_chars))))
        title = document.get_metadata_value("Title")
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY)
        raise FileUnreadable(FileFault.ENCRYPTED if is_locked else FileFault.BROKEN) from None
    if not any(letter.isalnum() for letter in text):
        raise FileUnreadable(FileFault.SCANNED if pages else FileFault.BROKEN)
    return ReadFile(title=sensible_title(clean(title)), text=text, pages=pages)


def _is_cut_off(raw: bytes) -> bool:
    ends = list(_END.finditer(raw))
    return not ends or _OBJECT.search(raw, ends[-1].end()) is not None


def _texts(document: pypdfium2.PdfDocument, pages: int, most_chars: int) -> Iterator[str]:
    """Yield the text of each page that has any. Raises FileUnreadable if it is too long."""
    size = 0
    for number in range(pages):
        page = document[number]
        shown = page.get_textpage()
        size += shown.count_chars()
        if size > most_chars:
            raise FileUnreadable(FileFault.LONG)
        text = shown.get_text_range().replace("\r\n", "\n").replace("\r", "\n")
        shown.close()
        page.close()
        if text := _EMPTY_LINES.sub("\n\n", _BLANKS.sub("", text)).strip():
            yield text


def joined(text: str) -> str:
    """Join the words that a line break divides.

    The hyphen stays in a word that has it elsewhere in the text too, and before a capital letter
    in a word that is not all capitals.
    """
    first, *others = text.split(DIVIDED)
    known = set(_HYPHENED.findall(text)) if others else set()
    made = [first]
    for part in others:
        before, after = _word(_AT_END, made[-1][-MAX_WORD:]), _word(_AT_START, part[:MAX_WORD])
        is_name = after[:1].isupper() and not before.isupper()
        made.append("-" if is_name or f"{before}-{after}" in known else "")
        made.append(part)
    return "".join(made)


def _word(place: re.Pattern[str], text: str) -> str:
    found = place.search(text)
    return found[0] if found else ""
