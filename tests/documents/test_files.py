"""Files are read in a process of their own: the text of good ones, the faults of others."""

import pytest

from brain.documents.files.kinds import Cut, FileFault, FileKind, FileUnreadable, ReadFile
from brain.documents.files.reader import FileReader
from tests.documents.locked_pdf import encrypted
from tests.documents.made_files import docx, pdf, pdf_of, shown, zipped

MOST = 100_000


async def read(raw: bytes, kind: FileKind, *, most: int = MOST) -> ReadFile:
    return await FileReader().read(raw, kind, most_chars=most)


async def fault(raw: bytes, kind: FileKind, *, most: int = MOST) -> FileFault:
    with pytest.raises(FileUnreadable) as refused:
        await read(raw, kind, most=most)
    return refused.value.fault


async def test_words_are_read_as_people_type_them() -> None:
    """Ligatures are letters; other signs stay, and so does what a text file has."""
    word = docx("\ufb01nd the \ufb02ow\u00ader, \u00bd of it")
    assert (await read(word, FileKind.DOCX)).text == "find the flower, \u00bd of it"
    assert (await read("\ufb01nd".encode(), FileKind.TEXT)).text == "\ufb01nd"


# ---- PDF


async def test_the_text_of_all_pages_and_the_title_are_read() -> None:
    found = await read(pdf("The house", "Grüße aus Wien", title="Über uns"), FileKind.PDF)
    assert found == ReadFile(title="Über uns", text="The house\n\nGrüße aus Wien", pages=2)


async def test_words_that_a_line_break_divides_are_joined() -> None:
    lines = ("A plan for the soft\u00ad", "ware in exam-", "ple, a long-", "term plan of long-term",
             "work for Baden-", "Baden in 2031-", "2032")  # fmt: skip
    content = b"BT /F1 12 Tf 14 TL 72 720 Td " + b" ".join(
        b"(%s) Tj T*" % line.encode("cp1252") for line in lines
    )
    text = (await read(pdf(streams=[content + b" ET"]), FileKind.PDF)).text
    assert text == (
        "A plan for the software in example, a long-term plan of long-term\n"
        "work for Baden-Baden in 2031-\n2032"
    )


@pytest.mark.parametrize(
    "title",
    ["", "untitled", "Microsoft Word - letter.docx", "report_final.indd", "Document1", "--- 12"],
)
async def test_a_title_that_a_program_made_up_is_no_title(title: str) -> None:
    assert (await read(pdf("Text", title=title), FileKind.PDF)).title == ""


async def test_a_pdf_that_only_forbids_changes_is_read_and_one_with_a_password_is_not() -> None:
    plain = pdf("For all", title="Open")
    found = await read(encrypted(plain, password=""), FileKind.PDF)
    assert (found.title, found.text) == ("Open", "For all")
    assert await fault(encrypted(plain, password="secret"), FileKind.PDF) is FileFault.ENCRYPTED


async def test_a_scanned_pdf_has_no_text() -> None:
    picture = b"q 100 0 0 100 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"
    assert await fault(pdf(streams=[picture, picture]), FileKind.PDF) is FileFault.SCANNED


async def test_a_pdf_that_was_cut_off_is_damaged_wherever_it_ends() -> None:
    whole = pdf("One", "Two", title="Three")
    for end in (20, 200, len(whole) // 2, len(whole) - 8):
        assert await fault(whole[:end], FileKind.PDF) is FileFault.BROKEN, end
    changed = whole + b"3 0 obj\n<< /Type /Font /Subtype /Type1 >>\nendobj\n"
    assert await fault(changed, FileKind.PDF) is FileFault.BROKEN


async def test_other_bytes_before_and_after_a_pdf_are_harmless() -> None:
    made = b"\n\n" + pdf("One") + b"<!-- delivered in 12 ms: 3 objects -->\n"
    assert (await read(made, FileKind.PDF)).text == "One"


async def test_a_pdf_without_a_page_is_damaged() -> None:
    none = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    assert await fault(pdf_of(none), FileKind.PDF) is FileFault.BROKEN


async def test_a_pdf_of_more_than_a_thousand_pages_is_refused() -> None:
    pages = [shown("x")] * 1_001
    assert await fault(pdf(streams=pages), FileKind.PDF) is FileFault.PAGES
    assert (await read(pdf(streams=pages[1:]), FileKind.PDF)).pages == 1_000


# ---- the kind


async def test_a_file_of_another_type_than_it_says_is_refused() -> None:
    kinds = {FileKind.PDF: pdf("A page"), FileKind.DOCX: docx("A line"), FileKind.TEXT: b"A text"}
    faults = {
        FileKind.PDF: FileFault.NOT_PDF,
        FileKind.DOCX: FileFault.NOT_DOCX,
        FileKind.TEXT: FileFault.NOT_TEXT,
        FileKind.MARKDOWN: FileFault.NOT_TEXT,
    }
    for said, wrong in faults.items():
        for kind, raw in kinds.items():
            is_text = {said, kind} == {FileKind.TEXT, FileKind.MARKDOWN}
            if kind is not said and not is_text:
                assert await fault(raw, said) is wrong, (kind, said)


async def test_bytes_that_are_no_document_are_refused() -> None:
    assert await fault(zipped({"xl/workbook.xml": "<a/>"}), FileKind.DOCX) is FileFault.NOT_DOCX
    assert await fault(b"\xd0\xcf\x11\xe0" + b"x" * 600, FileKind.DOCX) is FileFault.OLD_WORD
    assert await fault(b"\x89PNG\r\n\x1a\n", FileKind.TEXT) is FileFault.NOT_UTF8
    assert await fault(b"a\0b", FileKind.MARKDOWN) is FileFault.NOT_TEXT
    assert await fault(b" \n", FileKind.PDF) is FileFault.EMPTY
    about = b"About %PDF-1.7 files"
    assert (await read(about, FileKind.TEXT)).text == about.decode()


async def test_a_markdown_file_gives_itself_a_title_and_a_text_does_not() -> None:
    raw = "\ufeff---\ntitle: Rome\n---\n# Trip\r\n".encode()
    assert await read(raw, FileKind.MARKDOWN) == ReadFile(
        title="Rome", text="---\ntitle: Rome\n---\n# Trip\n"
    )
    assert (await read(b"# Trip", FileKind.TEXT)).title == ""


async def test_a_text_file_beyond_the_limit_is_cut_and_other_files_are_refused() -> None:
    found = await read(b"x" * 101, FileKind.TEXT, most=100)
    assert (len(found.text), found.cut) == (100, Cut.LENGTH)
    assert (await read(b"x" * 100, FileKind.TEXT, most=100)).cut is None
    for make, kind in ((pdf, FileKind.PDF), (docx, FileKind.DOCX)):
        assert await fault(make("x" * 60, "y" * 60), kind, most=100) is FileFault.LONG
        assert len((await read(make("x" * 40, "y" * 40), kind, most=100)).text) == 82
