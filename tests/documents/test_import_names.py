"""Which files are the same: by the bytes of their names, and as earlier imports knew them."""

import os
from pathlib import Path

import psycopg

from brain.documents.postgres import PostgresDocuments
from tests.documents.import_stage import TakenIn


async def test_names_that_look_alike_are_two_documents_and_stay_two(
    tmp_path: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    named = {
        b"Am\xc3\xa9lie.md": "composed",
        b"Ame\xcc\x81lie.md": "decomposed",
        b"Am\xe9lie.md": "old",
    }
    for name, text in named.items():
        (folder / os.fsdecode(name)).write_text(f"# Title of {text}")
    (folder / f"{b'notes/Am\xe9lie.md'.hex()}.md").write_text("# Title of code")
    assert (await taken_in(folder))[-1].startswith("4 created, 0 changed")
    assert (await taken_in(folder))[-1].startswith("0 created, 0 changed, 4 unchanged")
    found = await documents.search(user, query="title", limit=9)
    assert sorted(passage.title.split()[-1] for passage in found) == sorted(
        [*named.values(), "code"]
    )


async def test_a_file_of_an_earlier_import_keeps_its_document(
    tmp_path: Path, url: str, taken_in: TakenIn, user: str
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "Ame\u0301lie.md").write_text("the text")
    await taken_in(folder)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(
            "update brain.imports set path = normalize(path, NFC) where user_id = %s", [user]
        )
    assert (await taken_in(folder))[-1].startswith("0 created, 0 changed, 1 unchanged")
