"""Small writers of PDF and Word files, honest and hostile ones."""

import io
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
TERMS = "http://purl.org/dc/elements/1.1/"


def pdf(*pages: str, title: str = "", streams: Sequence[bytes] = ()) -> bytes:
    """Make a PDF with a line of text on each page, or with these content streams."""
    contents = streams or [shown(page) for page in pages]
    return pdf_of(_objects(contents, title), info=title != "")


def shown(line: str) -> bytes:
    """Make a content stream that shows a line of text."""
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET".encode("cp1252")


def _objects(contents: Sequence[bytes], title: str) -> list[bytes]:
    pages = range(len(contents))
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(stream(content))
    info = "feff" + title.encode("utf-16-be").hex()
    return [*objects, f"<< /Title <{info}> >>".encode()]


def stream(content: bytes, *, of: bytes = b"/Filter /FlateDecode ") -> bytes:
    """Make a compressed stream."""
    data = zlib.compress(content, 9)
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (of, len(data), data)


def pdf_of(objects: Sequence[bytes], *, info: bool = False) -> bytes:
    """Make a PDF of its objects: the first is the catalog, the last the properties."""
    whole = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    more = b" /Info %d 0 R" % len(objects) if info else b""
    return bytes(whole) + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, more)
        + b"startxref\n%d\n%%%%EOF\n" % len(whole)
    )  # fmt: skip


def docx(
    *paragraphs: str,
    title: str = "",
    body: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    main: str = "word/document.xml",
) -> bytes:
    """Make a Word document of paragraphs, or of the XML of a `body`. `parts` are further files."""
    inside = body or "".join(paragraph(text) for text in paragraphs)
    files: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r1" Type="{OFFICE}" Target="/{main}"/></Relationships>',
        main: f'<w:document xmlns:w="{WORD}" xmlns:mc="{COMPATIBLE}"><w:body>{inside}</w:body>'
        "</w:document>",
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{CORE}" xmlns:dc="{TERMS}">'
        f"<dc:title>{escape(title)}</dc:title></c:coreProperties>",
    }
    return zipped({**files, **(parts or {})})


def paragraph(text: str, properties: str = "") -> str:
    """Make the XML of a paragraph."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """Make the XML of a run of text."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{escape(text)}</w:t></w:r>"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Make a zip archive."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()
