"""One contract for the documents in Postgres and in memory; then what only Postgres does."""

import asyncio

import psycopg
import pytest

from brain.cloud.postgres.database import Postgres, statement
from brain.documents.ports import Documents
from brain.documents.postgres import PostgresDocuments
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS, version
from brain.errors import ToolFault
from brain.texts.words import PASSAGE_CHARS
from tests.contracts.postgres.documents_stage import keep, titles

OLDER = (  # the migrations before documents knew who wrote them
    "001_documents",
    "002_archive",
    "003_emails",
    "004_memory",
    "005_archive",
    "006_wishes",
)


async def test_a_document_is_read_as_it_was_created(documents: Documents, anna: str) -> None:
    body = "Zeile eins,\n\tquotes ' \" \\ % and 100 %(x)s \U0001f431 ein Kätzchen, 猫\n"
    made = await documents.create(anna, title="Über Katzen", body=body, foreign=False, key="k")
    assert await documents.read(anna, made.id) == made
    assert (made.title, made.body) == ("Über Katzen", body)


async def test_the_same_key_creates_one_document(documents: Documents, anna: str) -> None:
    first, second = await asyncio.gather(
        documents.create(anna, title="List", body="milk", foreign=False, key="k"),
        documents.create(anna, title="List", body="milk", foreign=False, key="k"),
    )
    assert first == second
    assert await titles(documents, anna, "milk") == ["List"]


async def test_another_key_creates_another_document(documents: Documents, anna: str) -> None:
    assert await keep(documents, anna, "List", "milk") != await keep(documents, anna, "L", "milk")


async def test_the_same_key_of_two_users_makes_two_documents(
    documents: Documents, anna: str, ben: str
) -> None:
    await documents.create(anna, title="Anna's", body="cake", foreign=False, key="k")
    await documents.create(ben, title="Ben's", body="cake", foreign=False, key="k")
    assert await titles(documents, anna, "cake") == ["Anna's"]
    assert await titles(documents, ben, "cake") == ["Ben's"]


async def test_nobody_reads_finds_or_changes_what_is_another_users(
    documents: Documents, anna: str, ben: str
) -> None:
    id = await keep(documents, anna, "Diary", "secret meeting")
    assert await documents.read(ben, id) is None
    assert await documents.update(ben, id, key="k", foreign=False, body="stolen") is None
    assert not await documents.delete(ben, id, key="k")
    assert await documents.search(ben, query="secret meeting", limit=20) in ([], ())
    assert await documents.newest(ben, limit=20) == []
    kept = await documents.read(anna, id)
    assert kept is not None
    assert kept.body == "secret meeting"


@pytest.mark.parametrize("id", ["", "nothing", "aaaaaaaaaaaaaaaa", "\0", "\ud800", "' or true --"])
async def test_an_unknown_id_is_no_document(documents: Documents, anna: str, id: str) -> None:
    assert await documents.read(anna, id) is None
    assert await documents.update(anna, id, key="k", foreign=False, append="x") is None
    assert not await documents.delete(anna, id, key="k")


async def test_an_update_changes_what_is_given_and_nothing_else(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Old title", "old body")
    renamed = await documents.update(anna, id, key="1", foreign=False, title="New title")
    replaced = await documents.update(anna, id, key="2", foreign=False, body="new body")
    assert renamed is not None
    assert replaced is not None
    assert (renamed.title, renamed.body) == ("New title", "old body")
    assert (replaced.title, replaced.body) == ("New title", "new body")
    assert await documents.read(anna, id) == replaced


async def test_appended_text_starts_on_a_new_line(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "Shopping", "milk")
    await documents.update(anna, id, key="1", foreign=False, append="bread\n")
    changed = await documents.update(anna, id, key="2", foreign=False, append="cheese")
    assert changed is not None
    assert changed.body == "milk\nbread\ncheese"


async def test_an_update_under_the_same_key_happens_once(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "Shopping", "milk")
    answers = await asyncio.gather(
        *(documents.update(anna, id, key="k", foreign=False, append="bread") for _ in range(3))
    )
    assert [answer and answer.body for answer in answers] == ["milk\nbread"] * 3


async def test_two_updates_at_once_are_both_kept(documents: Documents, anna: str) -> None:
    id = await keep(documents, anna, "Shopping", "")
    await asyncio.gather(
        *(documents.update(anna, id, key=f"k{n}", foreign=False, append=f"{n}") for n in "abc")
    )
    kept = await documents.read(anna, id)
    assert kept is not None
    assert sorted(kept.body.split()) == ["a", "b", "c"]


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_document_is_stored_and_found_with_its_authorship(
    documents: Documents, anna: str, foreign: bool
) -> None:
    made = await documents.create(anna, title="News", body="hail", foreign=foreign, key="k")
    kept = await documents.read(anna, made.id)
    [passage] = await documents.search(anna, query="hail", limit=5)
    assert kept is not None
    assert (made.foreign, kept.foreign, passage.foreign) == (foreign, foreign, foreign)
    assert passage.updated_at == kept.updated_at


@pytest.mark.parametrize(
    "change", [{"title": "t"}, {"body": "b"}, {"append": "a"}, {"title": "t", "body": "b"}]
)
async def test_a_change_that_others_may_have_written_makes_the_document_theirs(
    documents: Documents, anna: str, change: dict[str, str]
) -> None:
    id = await keep(documents, anna, "Note", "my own words")
    mine = await documents.update(anna, id, key="1", foreign=False, append="and more of them")
    changed = await documents.update(anna, id, key="2", foreign=True, **change)
    assert mine is not None
    assert changed is not None
    assert (mine.foreign, changed.foreign) == (False, True)


async def test_a_foreign_document_is_the_users_own_only_after_a_full_replacement(
    documents: Documents, anna: str
) -> None:
    made = await documents.create(anna, title="Theirs", body="theirs", foreign=True, key="k")
    changes = [{"append": "x"}, {"body": "b"}, {"title": "t"}, {"title": "t", "append": "y"}]
    for number, change in enumerate(changes):
        changed = await documents.update(anna, made.id, key=f"{number}", foreign=False, **change)
        assert changed is not None
        assert changed.foreign
    replaced = await documents.update(
        anna, made.id, key="last", foreign=False, title="Mine", body="mine", append="mine too"
    )
    assert replaced is not None
    assert not replaced.foreign
    assert await documents.read(anna, made.id) == replaced


async def test_the_newest_are_those_that_were_changed_last_with_their_beginnings(
    documents: Documents, anna: str, ben: str
) -> None:
    first = await keep(documents, anna, "First", "One.\n" * 200)
    second = await keep(documents, anna, "Second", "")
    await keep(documents, anna, "Third", "three")
    await keep(documents, ben, "Ben's", "four")
    await documents.update(anna, first, key="1", foreign=True, append="more")
    newest = await documents.newest(anna, limit=2)
    assert [(one.title, one.foreign) for one in newest] == [("First", True), ("Third", False)]
    assert newest[0].snippet.startswith("One. One.")
    assert len(newest[0].snippet) <= PASSAGE_CHARS
    assert [one.document_id for one in await documents.newest(anna, limit=9)][2:] == [second]
    kept = await documents.read(anna, first)
    assert kept is not None
    assert (newest[0].document_id, newest[0].updated_at) == (first, kept.updated_at)
    assert newest[0].score == 0


async def test_a_passage_names_the_version_of_the_whole_text(
    documents: Documents, anna: str
) -> None:
    title, body = "Über Katzen", "ein Kätzchen \U0001f431, 猫\r\n" * 100
    await keep(documents, anna, title, body)
    [found] = await documents.search(anna, query="Kätzchen", limit=5)
    [newest] = await documents.newest(anna, limit=5)
    assert found.version == newest.version == version(title, body)


async def test_a_deleted_document_is_neither_read_nor_found_nor_listed(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Note", "apples")
    await keep(documents, anna, "Other", "apples")
    assert await documents.delete(anna, id, key="k")
    assert await documents.read(anna, id) is None
    assert await titles(documents, anna, "apples") == ["Other"]
    assert [one.title for one in await documents.newest(anna, limit=9)] == ["Other"]


async def test_the_key_that_deleted_a_document_says_so_again_and_no_other_does(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Note", "apples")
    answers = await asyncio.gather(*(documents.delete(anna, id, key="k") for _ in range(3)))
    assert answers == [True, True, True]
    assert not await documents.delete(anna, id, key="another")


async def test_a_document_is_not_deleted_in_another_version_than_was_named(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Note", "apples")
    old = version("Note", "apples")
    changed = await documents.update(anna, id, key="u", foreign=False, append="pears")
    with pytest.raises(ToolFault, match="Not deleted: the document has changed since"):
        await documents.delete(anna, id, key="k", version=old)
    assert await documents.read(anna, id) == changed
    new = version("Note", "apples\npears")
    assert await documents.delete(anna, id, key="k", version=new)
    assert await documents.delete(anna, id, key="k", version=new)


async def test_concurrent_deletions_delete_once(url: str, anna: str) -> None:
    databases = [Postgres(url) for _ in range(4)]
    id = await keep(PostgresDocuments(databases[0]), anna, "Note", "apples")
    several = [PostgresDocuments(database) for database in databases]
    answers = await asyncio.gather(
        *(each.delete(anna, id, key=f"k{number}") for number, each in enumerate(several))
    )
    assert sorted(answers) == [False, False, False, True]
    for database in databases:
        await database.close()


async def test_a_key_deletes_only_once(documents: Documents, anna: str) -> None:
    made = await documents.create(anna, title="Note", body="a", foreign=False, key="make")
    await documents.delete(anna, made.id, key="k")
    again = await documents.create(anna, title="Note", body="b", foreign=False, key="make")
    assert await documents.delete(anna, again.id, key="k")
    assert await documents.read(anna, again.id) == again


async def test_a_search_finds_what_an_update_wrote_and_not_what_it_replaced(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Note", "apples")
    await documents.update(anna, id, key="1", foreign=False, body="pears")
    assert await titles(documents, anna, "pears") == ["Note"]
    assert await titles(documents, anna, "apples") == []


@pytest.mark.parametrize(
    ("title", "body", "complaint"),
    [
        ("", "body", "1 to 300 characters"),
        ("t" * (MAX_TITLE_CHARS + 1), "body", "this one has 301"),
        ("title", "b" * (MAX_BODY_CHARS + 1), "this one has 200001"),
        ("title", "nul \0 nul", "NUL"),
        ("ti\0tle", "body", "NUL"),
        ("title", "half a \ud83d pair", "surrogate"),
    ],
)
async def test_a_text_that_cannot_be_stored_is_refused_with_the_reason(
    documents: Documents, anna: str, title: str, body: str, complaint: str
) -> None:
    with pytest.raises(ToolFault, match=complaint):
        await documents.create(anna, title=title, body=body, foreign=False, key="k")


async def test_a_text_of_the_longest_length_is_kept_and_found(
    documents: Documents, anna: str
) -> None:
    body = ("the quick brown fox. " * MAX_BODY_CHARS)[: MAX_BODY_CHARS - 7] + " walrus"
    await keep(documents, anna, "t" * MAX_TITLE_CHARS, body)
    [passage] = await documents.search(anna, query="walrus", limit=5)
    assert passage.snippet.endswith("walrus")
    assert len(passage.snippet) <= PASSAGE_CHARS


async def test_an_append_beyond_the_limit_is_refused_and_changes_nothing(
    documents: Documents, anna: str
) -> None:
    id = await keep(documents, anna, "Full", "b" * MAX_BODY_CHARS)
    with pytest.raises(ToolFault, match="at most 200000 characters"):
        await documents.update(anna, id, key="k", foreign=False, append="x")
    shorter = await documents.update(anna, id, key="k", foreign=False, body="room again")
    assert shorter is not None
    assert shorter.body == "room again"


async def test_documents_of_an_older_version_count_as_texts_by_others(url: str, anna: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute("create database older")
    at = url.replace("/brain?", "/older?")
    async with await psycopg.AsyncConnection.connect(at) as older:
        await older.execute("create schema brain")
        await older.execute("create table brain.migrations (number integer primary key)")
        for number, name in enumerate(OLDER, 1):
            await older.execute(statement(name))
            await older.execute("insert into brain.migrations values (%s)", [number])
        row = (anna, "a" * 16, "Note", "kept long ago")
        await older.execute("insert into brain.documents values (%s, %s, %s, %s)", row)
    database = Postgres(at)
    kept = await PostgresDocuments(database).read(anna, "a" * 16)
    await database.close()
    assert kept is not None
    assert (kept.body, kept.foreign) == ("kept long ago", True)


async def test_appends_of_several_functions_at_once_are_all_kept(url: str, anna: str) -> None:
    databases = [Postgres(url) for _ in range(4)]
    id = await keep(PostgresDocuments(databases[0]), anna, "List", "")
    await asyncio.gather(
        *(
            PostgresDocuments(databases[number % 4]).update(
                anna, id, key=f"key {number}", foreign=False, append=f"line {number}"
            )
            for number in range(20)
        )
    )
    kept = await PostgresDocuments(databases[0]).read(anna, id)
    assert kept is not None
    assert sorted(kept.body.splitlines()) == sorted(f"line {number}" for number in range(20))
    for database in databases:
        await database.close()
