"""Files that are made to take all time and memory end within the limits."""

import asyncio
import json
import sys
import zlib

import pytest

from brain.documents.files import reader
from brain.documents.files.kinds import Cut, FileFault, FileKind, FileUnreadable, ReadFile
from brain.documents.files.reader import FileReader
from brain.errors import ReaderUnreachable
from tests.documents.made_files import (
    WORD,
    docx,
    paragraph,
    pdf,
    pdf_of,
    run,
    shown,
    stream,
)

MOST = 100_000
SECONDS = 2.0  # of processor time, for files that use it up


async def read(raw: bytes, kind: FileKind) -> ReadFile:
    return await FileReader(seconds=SECONDS).read(raw, kind, most_chars=MOST)


async def fault(raw: bytes, kind: FileKind) -> FileFault:
    with pytest.raises(FileUnreadable) as refused:
        await read(raw, kind)
    return refused.value.fault


async def test_of_ten_thousand_pages_the_first_are_read() -> None:
    found = await read(pdf(*(f"Page {number}" for number in range(10_000))), FileKind.PDF)
    assert found.text.startswith("Page 0\n\nPage 1\n\nPage 2")
    assert found.cut in (Cut.PAGES, Cut.TIME)


async def test_a_page_that_takes_hours_keeps_the_pages_before_it() -> None:
    loops = b"/X1 Do " * 2_000
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 %d 0 R >> >> "
    )
    kept = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R"
            b" /Resources << /Font << /F1 7 0 R >> >> >>",
            stream(shown("First")),
            b"<< /Type /Page /Parent 2 0 R /Contents 6 0 R"
            b" /Resources << /XObject << /X1 8 0 R >> >> >>",
            stream(loops),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            stream(loops, of=form % 9 + b"/Filter /FlateDecode "),
            stream(loops, of=form % 10 + b"/Filter /FlateDecode "),
            stream(shown("x") * 1_000, of=form % 8 + b"/Filter /FlateDecode "),
        ]
    )
    found = await read(kept, FileKind.PDF)
    assert found.text == "First"
    assert found.cut in (Cut.TIME, Cut.DAMAGED)


async def test_a_page_tree_without_an_end_is_damaged() -> None:
    circle = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999999 >>",
        ]
    )
    assert await fault(circle, FileKind.PDF) in (
        FileFault.BROKEN,
        FileFault.SLOW,
        FileFault.SCANNED,
    )


async def test_deeply_nested_values_are_damaged() -> None:
    deep = pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 200_000])
    assert await fault(deep, FileKind.PDF) in (FileFault.BROKEN, FileFault.SCANNED, FileFault.SLOW)


async def test_a_stream_that_unpacks_to_gigabytes_takes_no_memory() -> None:
    bomb = zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)
    packed = b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (
        len(bomb),
        bomb,
    )
    kept = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            packed,
        ]
    )
    assert len(kept) < 100_000
    await fault(kept, FileKind.PDF)  # whichever limit it meets first


async def test_a_word_document_that_unpacks_to_gigabytes_is_too_large_or_cut() -> None:
    nothing = "<w:p/>" * 18_000_000
    assert await fault(docx(body=nothing), FileKind.DOCX) in (FileFault.LARGE, FileFault.SLOW)
    found = await read(docx(body=paragraph("First") + nothing), FileKind.DOCX)
    assert (found.text, found.cut in (Cut.LENGTH, Cut.TIME)) == ("First", True)


async def test_entities_are_refused_and_no_file_is_opened() -> None:
    for declared in (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>',
    ):
        text = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
        body = f'{declared}<w:document xmlns:w="{WORD}">{text}</w:document>'
        made = docx(parts={"word/document.xml": body})
        assert await fault(made, FileKind.DOCX) is FileFault.BROKEN


async def test_tables_in_tables_without_an_end_are_read_or_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 20_000 + paragraph("Inside") + "</w:tc></w:tr></w:tbl>" * 20_000
    assert "Inside" in (await read(docx(body=deep), FileKind.DOCX)).text


async def test_text_that_never_ends_is_cut() -> None:
    found = await read(docx(body=f"<w:p>{run('word ' * 5_000_000)}</w:p>"), FileKind.DOCX)
    assert (len(found.text), found.cut) == (MOST, Cut.LENGTH)


# ---- the process


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_a_process_that_hangs_or_dies_is_ended_and_the_file_takes_too_long() -> None:
    for code in ("import time; time.sleep(600)", "raise SystemExit(1)", "while True: pass"):
        slow = FileReader(seconds=0.1, start_s=1.0, command=python(code))
        with pytest.raises(FileUnreadable, match="too long"):
            await slow.read(b"x" * 1_000_000, FileKind.PDF, most_chars=MOST)


async def test_a_process_that_cannot_start_is_a_service_that_is_away() -> None:
    with pytest.raises(ReaderUnreachable):
        await FileReader(command=("/nowhere/python",)).read(b"x", FileKind.TEXT, most_chars=MOST)


async def test_no_more_than_two_files_are_read_at_once() -> None:
    assert reader.AT_ONCE == 2
    code = "import time; time.sleep(600)"
    busy = FileReader(seconds=0.1, start_s=60.0, wait_s=0.1, command=python(code))
    tasks = [
        asyncio.create_task(busy.read(b"x", FileKind.TEXT, most_chars=MOST))
        for _ in range(reader.AT_ONCE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(ReaderUnreachable, match="too many"):
        await busy.read(b"x", FileKind.TEXT, most_chars=MOST)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_process_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-secret")
    code = (
        "import json, os, sys; sys.stdin.buffer.read(); "
        "print(json.dumps({'title': '', 'text': json.dumps(dict(os.environ)), 'cut': None}))"
    )
    found = await FileReader(command=python(code)).read(b"x", FileKind.TEXT, most_chars=MOST)
    assert "a-secret" not in found.text
    assert "PYTHONPATH" in json.loads(found.text)
