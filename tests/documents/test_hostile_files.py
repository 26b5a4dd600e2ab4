"""Files that are made to take all time and memory end within the limits."""

import asyncio
import json
import sys
import zlib
from contextlib import suppress
from errno import EMFILE

import pytest

from brain.documents.files import reader
from brain.documents.files.kinds import FileFault, FileKind, FileUnreadable
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
SECONDS = 3  # of processor time, for files that use it up


async def fault(raw: bytes, kind: FileKind) -> FileFault:
    with pytest.raises(FileUnreadable) as refused:
        await FileReader(seconds=SECONDS).read(raw, kind, most_chars=MOST)
    return refused.value.fault


async def test_a_hundred_thousand_pages_are_refused() -> None:
    kids = b"3 0 R " * 100_000
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % kids
    made = [b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream(b"")]
    assert await fault(pdf_of(made), FileKind.PDF) is FileFault.PAGES


async def test_a_page_that_takes_hours_is_ended() -> None:
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
    assert await fault(kept, FileKind.PDF) in (FileFault.SLOW, FileFault.LONG, FileFault.MEMORY)


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
        FileFault.PAGES,
    )


async def test_deeply_nested_values_are_damaged() -> None:
    deep = pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 200_000])
    assert await fault(deep, FileKind.PDF) in (FileFault.BROKEN, FileFault.SLOW)


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


async def test_a_font_that_never_ends_costs_only_its_process() -> None:
    """A table from codes to letters, and a program of the font, each of which unpacks to a lot."""
    ranges = b"1 beginbfrange <0000> <ffff> <0041> endbfrange\n" * 200_000
    content = b"BT /F1 12 Tf (abc) Tj ET"
    kept = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            stream(content),
            b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H"
            b" /DescendantFonts [8 0 R] /ToUnicode 6 0 R >>",
            stream(ranges),
            stream(b"\0\1\0\0" + b"\xff" * 40_000_000),
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /FontDescriptor 9 0 R >>",
            b"<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile2 7 0 R >>",
        ]
    )
    assert len(kept) < 1_000_000
    with suppress(FileUnreadable):
        await FileReader(seconds=SECONDS).read(kept, FileKind.PDF, most_chars=MOST)


async def test_a_word_document_that_unpacks_to_more_than_64_mib_is_too_large() -> None:
    million = b"<w:p/>" * 180_000
    for parts in (
        {"word/document.xml": million * 70},
        {"word/media/image1.png": bytes(65 * 1024 * 1024)},
        {f"word/{number}.bin": bytes(1024 * 1024) for number in range(65)},
    ):
        assert await fault(docx("Text", parts=parts), FileKind.DOCX) is FileFault.LARGE


async def test_an_archive_that_lies_about_its_sizes_is_counted_while_it_is_unpacked() -> None:
    size = 65 * 1024 * 1024
    made = docx("Text", parts={"word/media/image1.png": bytes(size)})
    lies = made.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lies != made
    assert await fault(lies, FileKind.DOCX) in (FileFault.LARGE, FileFault.BROKEN)


async def test_an_archive_of_thirty_thousand_files_is_too_large() -> None:
    many: dict[str, str | bytes] = {f"word/{number}.bin": b"" for number in range(30_000)}
    assert await fault(docx("Text", parts=many), FileKind.DOCX) is FileFault.LARGE


async def test_entities_are_refused_and_no_file_is_opened() -> None:
    for declared in (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
    ):
        text = "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
        body = f'{declared}<w:document xmlns:w="{WORD}">{text}</w:document>'
        for encoding in ("utf-8", "utf-16"):
            made = docx(parts={"word/document.xml": body.encode(encoding)})
            assert await fault(made, FileKind.DOCX) is FileFault.BROKEN
    rules = f'<!DOCTYPE a [<!ENTITY x "ha">]><w:styles xmlns:w="{WORD}"/>'
    made = docx("Text", parts={"word/styles.xml": rules})
    assert await fault(made, FileKind.DOCX) is FileFault.BROKEN


async def test_elements_that_are_nested_without_an_end_are_damaged() -> None:
    for name in ("tbl><w:tr><w:tc", "ins", "sdt><w:sdtContent", "hyperlink"):
        names = name.split("><w:")
        start = "".join(f"<w:{each}>" for each in names)
        end = "".join(f"</w:{each}>" for each in reversed(names))
        deep = start * 20_000 + paragraph("Inside") + end * 20_000
        assert await fault(docx(body=deep), FileKind.DOCX) is FileFault.BROKEN


async def test_a_table_of_a_million_cells_ends_at_the_limit_of_time_or_memory() -> None:
    row = f"<w:tr>{'<w:tc><w:p/></w:tc>' * 1_000}</w:tr>"
    made = docx(body=f"<w:tbl>{row * 1_000}</w:tbl>")
    assert await fault(made, FileKind.DOCX) in (FileFault.SLOW, FileFault.MEMORY)


async def test_text_that_never_ends_is_refused() -> None:
    made = docx(body=f"<w:p>{run('word ' * 5_000_000)}</w:p>")
    assert await fault(made, FileKind.DOCX) is FileFault.LONG
    assert await fault(pdf(streams=[shown("word ") * 100_000]), FileKind.PDF) in (
        FileFault.LONG,
        FileFault.SLOW,
    )


# ---- the process


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import time; time.sleep(600)", FileFault.SLOW),
        ("while True: pass", FileFault.SLOW),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", FileFault.SLOW),
        ("import os; os.abort()", FileFault.MEMORY),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", FileFault.BROKEN),
        ("raise SystemExit(1)", FileFault.BROKEN),
        ("print('nonsense')", FileFault.BROKEN),
        ("print('{}')", FileFault.BROKEN),
        ("print('[]')", FileFault.BROKEN),
        ("import os\nwhile True: os.write(1, b'x' * 1_000_000)", FileFault.SLOW),
    ],
)
async def test_a_process_that_hangs_dies_or_says_anything_costs_one_file(
    code: str, expected: FileFault
) -> None:
    odd = FileReader(wall_s=5.0, command=python(code))
    with pytest.raises(FileUnreadable) as refused:
        await odd.read(b"x" * 1_000_000, FileKind.PDF, most_chars=MOST)
    assert refused.value.fault is expected


async def test_the_process_can_open_no_file_and_no_connection() -> None:
    code = (
        "import json, socket, sys, resource\n"
        "from brain.documents.files.limits import close_doors, limit_process\n"
        "limit_process(seconds=9)\n"
        "close_doors()\n"
        "tried = []\n"
        "for act in (socket.socket, lambda: open('/etc/hostname'), lambda: socket.socketpair()):\n"
        "    try: act()\n"
        "    except OSError as error: tried.append(error.errno)\n"
        "memory = resource.getrlimit(resource.RLIMIT_AS)\n"
        "text = json.dumps([tried, memory, resource.getrlimit(resource.RLIMIT_CPU)])\n"
        "print(json.dumps({'title': '', 'text': text, 'cut': None, 'pages': None}))"
    )
    found = await FileReader(command=python(code)).read(b"x", FileKind.TEXT, most_chars=MOST)
    half_a_gigabyte = 512 * 1024 * 1024
    assert json.loads(found.text) == [[EMFILE] * 3, [half_a_gigabyte] * 2, [9, 10]]


async def test_only_the_process_loads_the_libraries_for_pdf_and_word_files() -> None:
    code = (
        "import sys, brain.wiring, brain.routes.resources, brain.commands.import_documents\n"
        "print(sorted({'mammoth', 'pypdfium2', 'pypdfium2_raw'} & set(sys.modules)))"
    )
    done = await asyncio.create_subprocess_exec(*python(code), stdout=asyncio.subprocess.PIPE)
    told, _ = await done.communicate()
    assert told == b"[]\n"


async def test_a_process_that_cannot_start_is_a_service_that_is_away() -> None:
    with pytest.raises(ReaderUnreachable):
        await FileReader(command=("/nowhere/python",)).read(b"x", FileKind.TEXT, most_chars=MOST)


async def test_no_more_than_two_files_are_read_at_once() -> None:
    assert reader.AT_ONCE == 2
    code = "import time; time.sleep(600)"
    busy = FileReader(wall_s=60.0, wait_s=0.1, command=python(code))
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
        "print(json.dumps({'title': '', 'text': json.dumps(dict(os.environ)), 'cut': None, "
        "'pages': None}))"
    )
    found = await FileReader(command=python(code)).read(b"x", FileKind.TEXT, most_chars=MOST)
    assert "a-secret" not in found.text
    assert "PYTHONPATH" in json.loads(found.text)
