"""PDF and Word files in an imported folder."""

from pathlib import Path

from brain.documents.postgres import PostgresDocuments
from tests.documents.import_stage import TakenIn
from tests.documents.locked_pdf import encrypted
from tests.documents.made_files import docx, pdf


async def test_pdf_and_word_files_are_imported_and_others_are_reported(
    tmp_path: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, raw in {
        "a.PDF": pdf("The lease ends in May", title="The lease"),
        "b.docx": docx("Rent is due on the first"),
        "locked.pdf": encrypted(pdf("Secret"), password="x"),
        "long.pdf": pdf(*(f"Line {number} {'of a long story ' * 40}" for number in range(600))),
        "pages.pdf": pdf(*["A page"] * 1_001),
        "huge.docx": docx("Text", parts={"word/huge.xml": b"<a/>" * 17_000_000}),
        "old.docx": b"\xd0\xcf\x11\xe0 old",
        "scan.pdf": pdf(streams=[b"0 0 9 9 re f"]),
        "text.pdf": b"Just words",
    }.items():
        (folder / name).write_bytes(raw)

    assert await taken_in(folder) == [
        "created: papers/a.PDF",
        "created: papers/b.docx",
        "skipped (more than 64 MiB or 10,000 files when unpacked): papers/huge.docx",
        "skipped (protected by a password): papers/locked.pdf",
        "created: papers/long.pdf",
        "skipped (an old Word document, or protected with a password): papers/old.docx",
        "skipped (more than 1,000 pages): papers/pages.pdf",
        "skipped (no text: it seems to be scanned): papers/scan.pdf",
        "skipped (not a PDF): papers/text.pdf",
        "3 created, 0 changed, 0 unchanged, 6 skipped, 0 failed",
    ]
    found = await documents.newest(user, limit=99)
    titles = {passage.title for passage in found}
    assert {"The lease", "b", "long (1 of 2)", "long (2 of 2)"} <= titles
    assert all(passage.foreign for passage in found)

    (folder / "a.PDF").write_bytes(pdf("The lease ends in June", title="The lease"))
    assert (await taken_in(folder))[-1].startswith("0 created, 1 changed, 2 unchanged, 6 skipped")
