"""What is read of a Word document."""

import pytest

from brain.documents.files.kinds import FileFault, FileKind, FileUnreadable, ReadFile
from brain.documents.files.reader import FileReader
from tests.documents.made_files import WORD, docx, paragraph, run


async def read(raw: bytes) -> ReadFile:
    return await FileReader().read(raw, FileKind.DOCX, most_chars=100_000)


async def text(body: str, parts: dict[str, str] | None = None) -> str:
    return (await read(docx(body=body, parts=parts or {}))).text


async def fault(raw: bytes) -> FileFault:
    with pytest.raises(FileUnreadable) as refused:
        await read(raw)
    return refused.value.fault


def numbering(*kinds: str) -> dict[str, str]:
    """Make lists with the ids 1, 2 ... of these kinds, each with two levels."""
    levels = "".join(
        f'<w:abstractNum w:abstractNumId="{place}">'
        + "".join(f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{kind}"/></w:lvl>' for level in (0, 1))
        + "</w:abstractNum>"
        for place, kind in enumerate(kinds, 1)
    )
    lists = "".join(
        f'<w:num w:numId="{place}"><w:abstractNumId w:val="{place}"/></w:num>'
        for place in range(1, len(kinds) + 1)
    )
    return {"word/numbering.xml": f'<w:numbering xmlns:w="{WORD}">{levels}{lists}</w:numbering>'}


def point(words: str, *, of: int, level: int = 0) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{of}"/></w:numPr>'
    return paragraph(words, properties)


def table(*rows: tuple[str, ...]) -> str:
    inside = (
        "".join(f"<w:tc>{cell if '<' in cell else paragraph(cell)}</w:tc>" for cell in row)
        for row in rows
    )
    return "<w:tbl>" + "".join(f"<w:tr>{cells}</w:tr>" for cells in inside) + "</w:tbl>"


async def test_headings_become_markdown_whatever_the_language_of_the_styles_ids() -> None:
    styles = (
        f'<w:styles xmlns:w="{WORD}">'
        '<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>'
    )
    body = (
        paragraph("Reise", '<w:pStyle w:val="Titel"/>')
        + paragraph("Packen", '<w:pStyle w:val="berschrift2"/>')
        + paragraph("")
        + f"<w:p>{run('Links & <rechts>')}<w:r><w:br/></w:r>{run('unten')}</w:p>"
    )
    found = await read(docx(body=body, parts={"word/styles.xml": styles}))
    assert found == ReadFile(title="Reise", text="# Reise\n\n## Packen\n\nLinks & <rechts>\nunten")


async def test_lists_keep_their_points_and_numbers() -> None:
    body = (
        paragraph("Take:")
        + point("Pass", of=1)
        + point("Zelt", of=1)
        + point("Heringe", of=1, level=1)
        + paragraph("Then:")
        + point("Go", of=2)
        + point("Come back", of=2)
        + paragraph("Done.")
    )
    assert await text(body, numbering("bullet", "decimal")) == (
        "Take:\n\n- Pass\n- Zelt\n- Heringe\n\nThen:\n\n1. Go\n2. Come back\n\nDone."
    )


async def test_a_row_of_a_table_is_one_line_whatever_its_cells_hold() -> None:
    two = paragraph("2 l") + paragraph("fresh") + table(("a", "b"), ("c", "d")) + paragraph("")
    body = paragraph("Buy") + table(("Milk", two), ("", "Bread")) + paragraph("Bye")
    assert await text(body) == "Buy\n\n| Milk | 2 l fresh a b c d |\n| | Bread |\n\nBye"


async def test_notes_stand_at_the_end_with_their_numbers() -> None:
    notes = (
        f'<w:footnotes xmlns:w="{WORD}">'
        f'<w:footnote w:id="1">{paragraph("Ohne Gewähr")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("In Wien")}</w:footnote></w:footnotes>'
    )
    body = "".join(
        f"<w:p>{run(words)}<w:r><w:footnoteReference w:id='{number}'/></w:r></w:p>"
        for number, words in ((1, "Preis"), (2, "Ort"))
    )
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    parts = {
        "word/footnotes.xml": notes,
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{rels}">'
        f'<Relationship Id="r1" Type="{kind}" Target="footnotes.xml"/></Relationships>',
    }
    assert await text(body, parts) == "Preis[1]\n\nOrt[2]\n\n1. Ohne Gewähr\n2. In Wien"


async def test_insertions_are_read_and_what_a_reader_does_not_see_is_left_out() -> None:
    box = f"<w:txbxContent>{paragraph('In a box')}</w:txbxContent>"
    comment = f'<w:comment w:id="0">{paragraph("A comment")}</w:comment>'
    body = (
        f"<w:p>{run('Shown')}{run(' hidden', '<w:vanish/>')}"
        f"{run(' and back', '<w:vanish w:val="0"/>')}"
        f"<w:ins>{run(' new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('moved')}</w:moveFrom><w:moveTo>{run(' here')}</w:moveTo>"
        "<w:r><w:commentReference w:id='0'/></w:r>"
        "<w:r><w:instrText>PAGEREF _Toc</w:instrText></w:r></w:p>"
        f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>A hidden </w:t>{run('one')}</w:r></w:p>"
        '<w:p xmlns:v="urn:schemas-microsoft-com:vml"><w:r><mc:AlternateContent>'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    comments = f'<w:comments xmlns:w="{WORD}">{comment}</w:comments>'
    parts = {"word/comments.xml": comments}
    assert await text(body, parts) == "Shown and back new here\n\nIn a box"


async def test_deleted_paragraph_marks_and_rows_are_left_out() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr><w:tc>" + paragraph("Gone") + "</w:tc></w:tr>"
    rows = table(("Stays",)).replace("</w:tbl>", f"{gone}</w:tbl>")
    body = paragraph("One ", "<w:rPr><w:del/></w:rPr>") + paragraph("line") + rows
    assert await text(body) == "One line\n\n| Stays |"


async def test_the_text_may_stand_in_another_part_and_the_properties_have_the_title() -> None:
    made = docx("Hello", title="A letter", main="word/document2.xml")
    assert await read(made) == ReadFile(title="A letter", text="Hello")


async def test_a_document_that_is_broken_or_empty_is_refused() -> None:
    whole = docx("Text")
    for raw in (whole[:-40], whole[: len(whole) // 2], docx(body="<w:p>"), docx(body="</w:body>")):
        assert await fault(raw) is FileFault.BROKEN
    assert await fault(docx("")) is FileFault.EMPTY
