"""Reads the text of a Word document (.docx). Runs in a process of its own: see worker.py.

The library writes HTML: with insertions, tables and notes, without deletions and comments.
"""

import xml.dom.expatbuilder  # noqa: F401 - the library loads it at first use: too late
import zlib
from io import BytesIO
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

import mammoth

from brain.codec import clean
from brain.documents.files.flat import flat_text
from brain.documents.files.kinds import FileFault, FileUnreadable, ReadFile, sensible_title
from brain.documents.files.packed import repacked
from brain.documents.titles import title_in

CORE = "docProps/core.xml"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
# The library knows the headings; names are those of the styles in every language.
STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"

# What the libraries raise for a broken file. They have no types of their own.
BROKEN = (
    BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    OSError,
    NotImplementedError,  # zipfile: a compression method that it does not support
    RuntimeError,  # zipfile: a file in the archive needs a password; or recursion without an end
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
)


def read_docx(raw: bytes, *, most_chars: int) -> ReadFile:
    """Return the text as Markdown: headings, lists, and tables with bars. Raises FileUnreadable."""
    try:
        kept = repacked(raw, most_chars=most_chars)
        html = mammoth.convert_to_html(
            kept,
            convert_image=_no_picture,
            include_embedded_style_map=False,
            external_file_access=False,
            style_map=STYLES,
        ).value
        text, is_long = flat_text(html, most_chars=most_chars)
        title = _title(kept)
    except BROKEN:
        raise FileUnreadable(FileFault.BROKEN) from None
    if is_long:
        raise FileUnreadable(FileFault.LONG)
    text = clean(text)
    if not text.strip():
        raise FileUnreadable(FileFault.EMPTY)
    return ReadFile(title=title or title_in(text), text=text)


def _no_picture(picture: object) -> list[object]:
    return []


def _title(kept: BytesIO) -> str:
    """Return the title in the properties of the document; empty if it has no title."""
    with ZipFile(kept) as archive:
        if CORE not in archive.namelist():
            return ""
        found = ElementTree.fromstring(archive.read(CORE)).find(TITLE)
    return sensible_title(clean("" if found is None else found.text or ""))
