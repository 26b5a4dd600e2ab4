"""The import command takes in a real folder, as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from brain.cloud.postgres.database import Postgres
from brain.commands.import_documents import File, Skipped, read, take_in
from brain.documents.imports import PostgresImports
from brain.documents.parts import parts
from brain.documents.ports import Document
from brain.documents.postgres import PostgresDocuments
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from tests.documents.import_stage import Command, Printed, TakenIn


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Create a folder as people have them."""
    folder = tmp_path / "notes"
    for name, text in {
        "house.md": "```sh\n# no heading\n```\n\n# The house\n\nThe spare key is under the pot.\n",
        "travel/Rome trip.txt": "Train at 9:40 from platform 7.",
        "travel/日本.markdown": "旅行の計画: 東京と京都。",
        "windows.TXT": "\ufeffGrüße\r\naus Wien\r\n",
        "picture.png": "not a text",
        ".git/config.txt": "hidden",
        "node_modules/pkg/readme.md": "not mine",
        ".hidden.md": "hidden",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (folder / "empty.md").write_text(" \n")
    (folder / "latin.txt").write_bytes("Grüße".encode("latin-1"))
    (folder / "binary.txt").write_bytes(b"a\0b")
    (folder / "huge.txt").write_bytes(b"x" * 2_000_001)
    (folder / "link.md").symlink_to(folder / "house.md")
    (folder / "loop").symlink_to(folder)
    return folder


async def the(documents: PostgresDocuments, user: str, query: str) -> Document:
    """Return the document that matches best."""
    best = (await documents.search(user, query=query, limit=1))[0]
    document = await documents.read(user, best.document_id)
    assert document is not None
    return document


async def test_a_folder_is_imported_and_every_file_is_reported(
    notes: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    assert await taken_in(notes) == [
        "skipped (contains NUL characters: not a text file): notes/binary.txt",
        "skipped (empty): notes/empty.md",
        "created: notes/house.md",
        "skipped (larger than 2000000 bytes): notes/huge.txt",
        "skipped (not UTF-8): notes/latin.txt",
        "created: notes/windows.TXT",
        "created: notes/travel/Rome trip.txt",
        "created: notes/travel/日本.markdown",
        "4 created, 0 changed, 0 unchanged, 4 skipped, 0 failed",
    ]
    house = await the(documents, user, "where is the spare key?")
    assert house.title == "The house"
    assert house.body == (notes / "house.md").read_text()
    assert (await the(documents, user, "which platform")).title == "Rome trip"
    assert (await the(documents, user, "京都")).title == "日本"
    assert (await the(documents, user, "wien")).body == "Grüße\naus Wien\n"


async def test_the_content_of_a_file_counts_as_text_by_others(
    notes: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    await taken_in(notes)
    created = await the(documents, user, "spare key")
    (notes / "house.md").write_text("# The house\n\nThe spare key is with Ben.\n")
    await taken_in(notes)
    assert (created.foreign, (await the(documents, user, "spare key")).foreign) == (True, True)


async def test_importing_again_changes_only_what_has_changed(
    notes: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    await taken_in(notes)
    before = await the(documents, user, "spare key")
    assert (await taken_in(notes))[-1].startswith("0 created, 0 changed, 4 unchanged")
    (notes / "house.md").write_text("# The house\n\nThe spare key is with Ben.\n")
    (notes / "new.md").write_text("Something new")
    assert (await taken_in(notes))[-1].startswith("1 created, 1 changed, 3 unchanged")
    after = await the(documents, user, "spare key")
    assert after.id == before.id
    assert after.body == "# The house\n\nThe spare key is with Ben.\n"
    assert len(await documents.search(user, query="spare key", limit=9)) == 1


async def test_text_added_to_a_document_since_is_not_overwritten(
    notes: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    await taken_in(notes)
    house = await the(documents, user, "spare key")
    await documents.update(user, house.id, key="k", foreign=False, append="Anna has another key.")
    (notes / "house.md").write_text("# The house\n\nNo spare keys any more.\n")
    assert "changed: notes/house.md" in await taken_in(notes)
    assert "Anna has another" in (await the(documents, user, "Anna another key")).body
    assert (await the(documents, user, "no more keys")).body.endswith("any more.\n")
    assert (await taken_in(notes))[-1].startswith("0 created, 0 changed, 4 unchanged")


async def test_a_deleted_document_comes_back_only_if_its_file_has_changed(
    notes: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    await taken_in(notes)
    house = await the(documents, user, "spare key")
    assert await documents.delete(user, house.id, key="k")
    assert (await taken_in(notes))[-1].startswith("0 created, 0 changed, 4 unchanged")
    assert not await documents.search(user, query="spare key", limit=1)
    (notes / "house.md").write_text("# The house\n\nThe spare key is with Ben.\n")
    await taken_in(notes)
    assert (await the(documents, user, "spare key")).body.endswith("with Ben.\n")


async def test_a_dry_run_prints_the_same_and_writes_nothing(
    notes: Path, command: Command, user: str, documents: PostgresDocuments
) -> None:
    done = await command(notes, "--user", user, "--dry-run")
    assert "created: notes/house.md" in done.out
    assert done.out.splitlines()[-1].endswith("(dry run: nothing was written)")
    assert not await documents.search(user, query="spare key", limit=1)


async def test_a_long_file_becomes_several_documents_and_fewer_when_it_shrinks(
    tmp_path: Path, taken_in: TakenIn, user: str, documents: PostgresDocuments
) -> None:
    chapter = "\n## Chapter\n" + "All work and no play makes Jack a dull boy.\n" * 2_000
    book = tmp_path / "books" / "Book.md"
    book.parent.mkdir()
    book.write_text(f"# My book\n{chapter * 5}")
    await taken_in(book.parent)
    found = await documents.search(user, query="dull boy", limit=20)
    assert sorted(passage.title for passage in found) == [
        "My book (1 of 3)",
        "My book (2 of 3)",
        "My book (3 of 3)",
    ]
    book.write_text("# My book\n\nA dull boy.")
    await taken_in(book.parent)
    found = await documents.search(user, query="dull boy", limit=20)
    assert [passage.title for passage in found] == ["My book"]


async def test_the_owner_is_the_user_unless_another_is_named(
    tmp_path: Path, command: Command, documents: PostgresDocuments
) -> None:
    (tmp_path / "a.txt").write_text("zebra")
    assert (await command(tmp_path)).code == 0
    assert (await the(documents, "owner", "zebra")).title == "a"


async def test_a_file_that_fails_does_not_stop_the_others(
    tmp_path: Path, url: str, command: Command, user: str
) -> None:
    for name in ("a.md", "poison.md", "z.md"):
        (tmp_path / name).write_text(name)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(
            "alter table brain.imports add constraint no check (path not like '%poison%')"
        )
        done = await command(tmp_path, "--user", user)
        await admin.execute("alter table brain.imports drop constraint no")
    assert f"failed (the database failed: CheckViolation 23514): {tmp_path.name}/poison.md" in (
        done.out.splitlines()
    )
    assert done.out.splitlines()[-1].startswith("2 created, 0 changed, 0 unchanged, 0 skipped, 1 f")
    assert done.code == 1


async def test_a_file_that_disappears_is_reported_as_failed(
    tmp_path: Path, url: str, user: str
) -> None:
    imports = PostgresImports(Postgres(url))
    became = await take_in(imports, user, tmp_path / "gone.md", "gone.md", {}, dry=False)
    assert became == "failed (No such file or directory)"


async def test_a_missing_variable_is_reported_in_one_clear_line(
    notes: Path, command: Command
) -> None:
    done = await command(notes, database=None)
    assert done == Printed(
        code=1,
        out="",
        err="DATABASE_URL is not set. It is the address of the Postgres database.\n",
    )


async def test_an_unreachable_database_is_reported_in_one_clear_line_without_its_address(
    notes: Path, command: Command
) -> None:
    done = await command(notes, database=f"postgresql://me:secret@/db?host={notes}")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("The database of DATABASE_URL cannot be used: ")
    assert "secret" not in done.err


async def test_a_path_that_is_not_a_folder_is_reported_in_one_clear_line(
    tmp_path: Path, command: Command
) -> None:
    done = await command(tmp_path / "nowhere")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("nowhere is not a folder.\n")


def test_the_command_runs_as_a_module(url: str, tmp_path: Path, user: str) -> None:
    (tmp_path / "a.md").write_text("first")
    done = subprocess.run(
        [sys.executable, "-m", "brain.import_documents", str(tmp_path), "--user", user],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("created: ")


async def test_special_files_are_left_out(tmp_path: Path, taken_in: TakenIn) -> None:
    (tmp_path / "a.md").write_text("first")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    assert (await taken_in(tmp_path))[-1].startswith("1 created, 0 changed, 0 unchanged, 0 sk")


def bodies(text: str) -> Iterator[str]:
    return (part.body for part in parts("t", text))


@pytest.mark.parametrize(
    "text",
    [
        "x" * (2 * MAX_BODY_CHARS + 1),
        "word " * MAX_BODY_CHARS,
        "line\n" * MAX_BODY_CHARS,
        "paragraph\n\n" * MAX_BODY_CHARS,
        f"{'a' * 150_000}\n# Heading\n{'b' * 100_000}",
    ],
)
def test_the_parts_of_a_long_text_add_up_to_the_whole(text: str) -> None:
    assert "".join(bodies(text)) == text
    assert max(len(body) for body in bodies(text)) <= MAX_BODY_CHARS


def test_a_long_text_is_cut_before_a_heading() -> None:
    text = f"{'a b ' * 40_000}\n# Heading\n{'b' * 100_000}"
    assert [body[:9] for body in bodies(text)] == ["a b a b a", "# Heading"]


def test_a_long_heading_is_shortened_to_a_title(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# " + "long " * 200 + "\n" + "x" * (MAX_BODY_CHARS + 1))
    file = read(path)
    assert isinstance(file, File)
    assert all(1 <= len(part.title) <= MAX_TITLE_CHARS for part in file.parts)


def test_the_heading_of_a_plain_text_is_not_a_title(tmp_path: Path) -> None:
    path = tmp_path / "shell.txt"
    path.write_text("# comment")
    file = read(path)
    assert isinstance(file, File)
    assert file.parts[0].title == "shell"
    path.write_bytes(b"\xff\xfe")
    assert read(path) == Skipped(reason="not UTF-8")
