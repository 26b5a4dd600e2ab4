"""PDF and Word files in an imported folder."""

from pathlib import Path

from brain.documents.postgres import PostgresDocuments
from tests.documents.import_stage import TakenIn
from tests.documents.made_files import docx, encrypted, pdf


async def test_pdf_and_word_files_are_imported_and_others_are_reported(
    tmp_path: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, raw in {
        "a.PDF": pdf("The lease ends in May", title="The lease"),
        "b.docx": docx("Rent is due on the first"),
        "locked.pdf": encrypted(pdf("Secret"), password="x"),
        "long.docx": docx(*(f"Line {number} of a long story" for number in range(90_000))),
        "old.docx": b"\xd0\xcf\x11\xe0 old",
        "scan.pdf": pdf(streams=[b"0 0 9 9 re f"]),
        "text.pdf": b"Just words",
    }.items():
        (folder / name).write_bytes(raw)

    assert await taken_in(folder) == [
        "created: papers/a.PDF",
        "created: papers/b.docx",
        "skipped (protected with a password): papers/locked.pdf",
        "created (cut: it is too long): papers/long.docx",
        "skipped (an old Word document, or protected with a password): papers/old.docx",
        "skipped (no text: probably scanned): papers/scan.pdf",
        "skipped (not a PDF): papers/text.pdf",
        "3 created, 0 changed, 0 unchanged, 4 skipped, 0 failed",
    ]
    found = await documents.newest(user, limit=99)
    titles = {passage.title for passage in found}
    assert {"The lease", "b", "long (1 of 11)"} <= titles
    assert all(passage.foreign for passage in found)
    [last] = [passage.document_id for passage in found if passage.title == "long (11 of 11)"]
    document = await documents.read(user, last)
    assert document is not None
    assert document.body.endswith("[The rest of this file was left out: it is too long.]")

    (folder / "a.PDF").write_bytes(pdf("The lease ends in June", title="The lease"))
    assert (await taken_in(folder))[-1].startswith("0 created, 1 changed, 2 unchanged, 4 skipped")
