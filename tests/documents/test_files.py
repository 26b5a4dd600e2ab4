"""Files are read in a process of their own: the text of good ones, the faults of others."""

import pytest

from brain.documents.files.kinds import (
    Cut,
    FileFault,
    FileKind,
    FileUnreadable,
    ReadFile,
    with_note,
)
from brain.documents.files.reader import FileReader
from tests.documents.made_files import (
    WORD,
    docx,
    encrypted,
    paragraph,
    pdf,
    run,
    shown,
    zipped,
)

MOST = 100_000


async def read(raw: bytes, kind: FileKind, *, most: int = MOST) -> ReadFile:
    return await FileReader().read(raw, kind, most_chars=most)


async def fault(raw: bytes, kind: FileKind) -> FileFault:
    with pytest.raises(FileUnreadable) as refused:
        await read(raw, kind)
    return refused.value.fault


async def test_words_are_read_as_people_type_them() -> None:
    """Ligatures are letters; other signs stay, and so does what a text file has."""
    word = docx("\ufb01nd the \ufb02ow\u00ader, \u00bd of it")
    assert (await read(word, FileKind.DOCX)).text == "find the flower, \u00bd of it"
    assert (await read("\ufb01nd".encode(), FileKind.TEXT)).text == "\ufb01nd"


# ---- PDF


async def test_the_text_of_all_pages_and_the_title_are_read() -> None:
    found = await read(pdf("The house", "Grüße aus Wien", title="Über uns"), FileKind.PDF)
    assert found == ReadFile(title="Über uns", text="The house\n\nGrüße aus Wien")


@pytest.mark.parametrize(
    "title",
    ["", "untitled", "Microsoft Word - letter.docx", "report_final.indd", "Document1", "--- 12"],
)
async def test_a_title_that_a_program_made_up_is_no_title(title: str) -> None:
    assert (await read(pdf("Text", title=title), FileKind.PDF)).title == ""


async def test_a_pdf_that_only_forbids_changes_is_read_and_one_with_a_password_is_not() -> None:
    plain = pdf("For all", title="Open")
    assert (await read(encrypted(plain, password=""), FileKind.PDF)).text == "For all"
    assert await fault(encrypted(plain, password="secret"), FileKind.PDF) is FileFault.ENCRYPTED


async def test_a_scanned_pdf_has_no_text() -> None:
    picture = b"q 100 0 0 100 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"
    assert await fault(pdf(streams=[picture, picture]), FileKind.PDF) is FileFault.SCANNED


@pytest.mark.parametrize("end", [20, 200])
async def test_a_pdf_that_was_cut_off_is_damaged(end: int) -> None:
    assert await fault(pdf("One", "Two")[:end], FileKind.PDF) is FileFault.BROKEN


async def test_a_page_that_cannot_be_read_costs_itself() -> None:
    bad = b"BT /F1 12 Tf [" + b"[" * 5_000 + b"] TJ ET"
    found = await read(pdf(streams=[shown("First"), bad, shown("Third")]), FileKind.PDF)
    assert found.text == "First\n\nThird"
    assert found.cut is Cut.DAMAGED
    assert with_note(found.text, found.cut).endswith(
        "\n\n[A part of this file was left out: a part is damaged.]"
    )


# ---- Word


async def test_a_word_document_is_read_as_markdown() -> None:
    style = (
        f'<w:styles xmlns:w="{WORD}">'
        '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>'
    )
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("Milk", "2 l"))
    body = (
        paragraph("Reise", '<w:pStyle w:val="Titel"/>')
        + paragraph("Packen", '<w:pStyle w:val="berschrift1"/>')
        + paragraph("Pass", "<w:numPr/>")
        + paragraph("Zelt", "<w:numPr/>")
        + paragraph("")
        + f"<w:p>{run('Links')}<w:r><w:tab/></w:r>{run('rechts')}"
        + f"<w:r><w:br/></w:r>{run('unten')}</w:p>"
        + f"<w:tbl><w:tr>{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>"
    )
    notes = f'<w:footnotes xmlns:w="{WORD}">{paragraph("Ohne Gewähr")}</w:footnotes>'
    parts = {"word/styles.xml": style, "word/footnotes.xml": notes}
    found = await read(docx(body=body, parts=parts), FileKind.DOCX)
    assert found == ReadFile(
        title="Reise",
        text="# Reise\n\n# Packen\n\n- Pass\n- Zelt\n\nLinks\trechts\nunten\n\n"
        "| Milk | 2 l |\n| Milk | 2 l |\n\nOhne Gewähr",
    )


async def test_what_a_reader_does_not_see_is_left_out() -> None:
    box = f"<w:txbxContent>{paragraph('In a box')}</w:txbxContent>"
    body = (
        f"<w:p>{run('Shown')}{run(' hidden', '<w:vanish/>')}"
        f"{run(' and back', '<w:vanish w:val="0"/>')}"
        f"<w:ins>{run(' new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('moved')}</w:moveFrom>"
        "<w:r><w:instrText>PAGEREF _Toc</w:instrText></w:r></w:p>"
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert (await read(docx(body=body), FileKind.DOCX)).text == "Shown and back new\n\nIn a box"


async def test_the_text_may_stand_in_another_part_and_the_properties_have_the_title() -> None:
    made = docx("Hello", title="A letter", main="word/document2.xml")
    assert await read(made, FileKind.DOCX) == ReadFile(title="A letter", text="Hello")


async def test_an_archive_that_is_no_word_document_is_refused() -> None:
    assert await fault(zipped({"xl/workbook.xml": "<a/>"}), FileKind.DOCX) is FileFault.NOT_DOCX
    assert await fault(docx("Text")[:-40], FileKind.DOCX) is FileFault.BROKEN
    assert await fault(docx(body="<w:p>"), FileKind.DOCX) is FileFault.BROKEN
    assert await fault(docx(""), FileKind.DOCX) is FileFault.EMPTY
    assert await fault(b"\xd0\xcf\x11\xe0" + b"x" * 600, FileKind.DOCX) is FileFault.OLD_WORD


# ---- the kind


async def test_the_bytes_say_what_a_file_is_and_not_its_name() -> None:
    assert (await read(pdf("A page"), FileKind.TEXT)).text == "A page"
    assert (await read(docx("A line"), FileKind.PDF)).text == "A line"
    assert (await read(b"About %PDF-1.7 files", FileKind.TEXT)).text == "About %PDF-1.7 files"
    assert await fault(b"Just words", FileKind.PDF) is FileFault.NOT_PDF
    assert await fault(b"Just words", FileKind.DOCX) is FileFault.NOT_DOCX
    assert await fault(b"\x89PNG\r\n\x1a\n", FileKind.TEXT) is FileFault.NOT_UTF8
    assert await fault(b"a\0b", FileKind.MARKDOWN) is FileFault.NOT_TEXT
    assert await fault(b" \n", FileKind.PDF) is FileFault.EMPTY


async def test_a_markdown_file_gives_itself_a_title_and_a_text_does_not() -> None:
    raw = "\ufeff---\ntitle: Rome\n---\n# Trip\r\n".encode()
    assert await read(raw, FileKind.MARKDOWN) == ReadFile(
        title="Rome", text="---\ntitle: Rome\n---\n# Trip\n"
    )
    assert (await read(b"# Trip", FileKind.TEXT)).title == ""


async def test_a_text_beyond_the_limit_is_cut_and_says_so() -> None:
    for raw, kind in (
        (b"x" * 101, FileKind.TEXT),
        (pdf("x" * 60, "y" * 60), FileKind.PDF),
        (docx("x" * 60, "y" * 60), FileKind.DOCX),
    ):
        found = await read(raw, kind, most=100)
        assert (len(found.text), found.cut) == (100, Cut.LENGTH)
    assert (await read(b"x" * 100, FileKind.TEXT, most=100)).cut is None
