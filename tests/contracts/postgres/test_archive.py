"""One contract for the archive in Postgres and in memory; then what only Postgres does."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import pytest_asyncio

from brain.cloud.postgres.database import Postgres, statement
from brain.memory.archive import PAGE, PostgresArchive
from brain.memory.ports import Archive
from brain.run.messages import Kind, LogEntry, Message, Speak, Utterance
from brain.run.records import entry_to_wire
from brain.texts.words import PASSAGE_CHARS
from brain.user.postgres import UserRows
from tests.fakes.archive import FakeArchive

ODD = ("nul \0 nul", "half \ud83d a pair", "\\u0000 \\", '😀 {"a": 1}')
MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.fixture
async def real(url: str) -> AsyncIterator[Archive]:
    database = Postgres(url)
    yield PostgresArchive(database)
    await database.close()


@pytest.fixture(params=["real", "fake"])
def archive(request: pytest.FixtureRequest) -> Archive:
    kept: Archive = request.getfixturevalue("real") if request.param == "real" else FakeArchive()
    return kept


def said(seq: int, text: str = "hello", *, id: str = "", day: int = 0) -> Utterance:
    return Utterance(
        id=id or f"u{seq}",
        seq=seq,
        text=text,
        message_id=f"message-{seq}",
        run_id="run",
        created_at=MOMENT + timedelta(days=day),
        agent_call_id="call",
    )


def answered(seq: int, text: str = "Welche Tür? 猫", kind: Kind = Kind.QUESTION) -> Message:
    return Message(
        id=f"m{seq}",
        seq=seq,
        kind=kind,
        text=text,
        done_after_this=True,
        run_id="run",
        answers_seq=seq - 1,
        created_at=MOMENT,
        speak=Speak.WHEN_IDLE,
        expires_at=MOMENT,
        supersedes="m1",
    )


async def texts(
    archive: Archive,
    user_id: str,
    query: str = "",
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    limit: int = 10,
) -> list[str]:
    """The texts that a search finds."""
    found = await archive.search(user_id, query=query, since=since, before=before, limit=limit)
    return [one.entry.text for one in found]


# ---- the contract: reading


async def test_entries_are_read_as_they_were_stored_in_order_of_seq(
    archive: Archive, anna: str
) -> None:
    entries: list[LogEntry] = [said(1), answered(2), said(3), answered(10)]
    await archive.store(anna, list(reversed(entries)))
    assert list(await archive.read(anna, since=0, limit=10)) == entries


async def test_a_reading_begins_after_since_and_ends_at_the_limit(
    archive: Archive, anna: str
) -> None:
    await archive.store(anna, [said(seq) for seq in range(1, 8)])
    read = await archive.read(anna, since=2, limit=3)
    assert [entry.seq for entry in read] == [3, 4, 5]


async def test_storing_again_changes_nothing(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1)])
    await archive.store(anna, [said(1), said(2)])
    assert list(await archive.read(anna, since=0, limit=10)) == [said(1), said(2)]


async def test_an_entry_that_comes_twice_at_once_is_kept_once(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1), said(1)])
    assert list(await archive.read(anna, since=0, limit=10)) == [said(1)]


async def test_an_entry_that_is_kept_is_not_changed_any_more(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1, "pears")])
    await archive.store(anna, [said(1, "apples")])
    assert list(await archive.read(anna, since=0, limit=10)) == [said(1, "pears")]
    assert await texts(archive, anna, "pears") == ["pears"]
    assert await texts(archive, anna, "apples") == []


async def test_the_newest_entry_of_a_seq_counts_because_a_log_may_restart(
    archive: Archive, anna: str
) -> None:
    later = said(1, "another text", id="v1", day=40)
    await archive.store(anna, [later])
    await archive.store(anna, [said(1), said(2)])
    assert list(await archive.read(anna, since=0, limit=10)) == [later, said(2)]


async def test_the_last_seq_is_the_highest_of_this_users_entries(
    archive: Archive, anna: str
) -> None:
    assert await archive.last_seq(anna) == 0
    await archive.store(anna, [said(1), answered(12), said(3)])
    await archive.store("another", [said(40)])
    assert await archive.last_seq(anna) == 12


async def test_storing_nothing_is_done_at_once(archive: Archive, anna: str) -> None:
    await archive.store(anna, [])
    assert list(await archive.read(anna, since=0, limit=10)) == []


@pytest.mark.parametrize("text", ODD)
async def test_every_text_that_the_log_holds_can_be_archived(
    archive: Archive, anna: str, text: str
) -> None:
    await archive.store(anna, [said(1, text)])
    assert list(await archive.read(anna, since=0, limit=10)) == [said(1, text)]


async def test_nobody_reads_another_users_log(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1)])
    assert list(await archive.read("ben", since=0, limit=10)) == []
    assert list(await archive.search("ben", query="", limit=10)) == []
    assert list(await archive.search("ben", query="hello", limit=10)) == []


# ---- the contract: searching


async def test_a_question_finds_the_entry_it_is_about(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1, "Water the roses"), said(2, "My passport is in the drawer")])
    [best, *_] = await archive.search(anna, query="where is my passport?", limit=5)
    assert (best.entry, best.snippet) == (
        said(2, "My passport is in the drawer"),
        "My passport is in the drawer",
    )
    assert best.score > 0


async def test_entries_of_a_log_before_its_restart_are_still_found(
    archive: Archive, anna: str
) -> None:
    await archive.store(anna, [said(1, "old pears"), said(1, "new apples", id="v1", day=1)])
    assert await texts(archive, anna, "pears") == ["old pears"]
    assert await texts(archive, anna) == ["new apples", "old pears"]


async def test_a_chinese_question_finds_a_chinese_entry(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1, "我的护照在蓝色抽屉里。"), answered(2)])
    assert await texts(archive, anna, "护照在哪里?") == ["我的护照在蓝色抽屉里。"]
    assert await texts(archive, anna, "天气") == []


async def test_the_beginning_of_a_word_finds_it_when_no_whole_word_does(
    archive: Archive, anna: str
) -> None:
    await archive.store(anna, [said(1, "My passport")])
    assert await texts(archive, anna, "passp") == ["My passport"]


@pytest.mark.parametrize("query", ["", "  ", "?!", "\0", "\ud800"])
async def test_without_words_in_the_query_the_newest_entries_come_first(
    archive: Archive, anna: str, query: str
) -> None:
    await archive.store(anna, [said(n, f"day {n}", day=n) for n in (2, 1, 3)])
    assert await texts(archive, anna, query) == ["day 3", "day 2", "day 1"]
    assert await texts(archive, anna, query, limit=2) == ["day 3", "day 2"]


@pytest.mark.parametrize("query", ["", "day"])
async def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(
    archive: Archive, anna: str, query: str
) -> None:
    await archive.store(anna, [said(n, f"day {n}", day=n) for n in range(1, 6)])
    second, fourth = MOMENT + timedelta(days=2), MOMENT + timedelta(days=4)
    within = await texts(archive, anna, query, since=second, before=fourth)
    assert within == ["day 3", "day 2"]
    assert await texts(archive, anna, query, since=fourth) == ["day 5", "day 4"]
    assert await texts(archive, anna, query, before=second) == ["day 1"]


async def test_what_says_nothing_that_lasts_is_read_and_not_found(
    archive: Archive, anna: str
) -> None:
    entries: list[LogEntry] = [
        said(1, "weather"),
        answered(2, "I look at the weather", Kind.BREADCRUMB),
        answered(3, "", Kind.SAY),
    ]
    await archive.store(anna, entries)
    assert list(await archive.read(anna, since=0, limit=10)) == entries
    assert await texts(archive, anna) == ["weather"]
    assert await texts(archive, anna, "weather") == ["weather"]


async def test_of_a_long_entry_the_place_is_quoted_that_fits(archive: Archive, anna: str) -> None:
    text = "The piano has a key. " * 200 + "The spare tyre is blue. " + "A door has a lock. " * 200
    await archive.store(anna, [said(1, text)])
    [found] = await archive.search(anna, query="spare tyre", limit=5)
    assert "The spare tyre is blue." in found.snippet
    assert len(found.snippet) <= PASSAGE_CHARS


@pytest.mark.parametrize("query", ["'", "a & | ! :* \\ <-> (", "%s"])
async def test_a_query_of_any_characters_is_answered(
    archive: Archive, anna: str, query: str
) -> None:
    await archive.store(anna, [said(1, "milk and bread")])
    assert "hello" not in await texts(archive, anna, query)


# ---- what only Postgres does


async def test_a_rare_word_has_more_weight_than_a_frequent_one(real: Archive, anna: str) -> None:
    often = [said(n, "Anna came for dinner, Anna went home") for n in range(1, 20)]
    await real.store(anna, [*often, said(20, "A locksmith came")])
    assert (await texts(real, anna, "did Anna call the locksmith"))[0] == "A locksmith came"


async def test_other_forms_of_a_word_find_it_in_the_language_of_the_entry(
    real: Archive, anna: str
) -> None:
    english = "She was carrying boxes into the new houses."
    german = "Mein Reisepass liegt in der blauen Schublade."
    await real.store(anna, [said(1, english), said(2, german)])
    assert await texts(real, anna, "he carries") == [english]
    assert await texts(real, anna, "blauer Schubladen") == [german]


async def test_of_two_that_fit_alike_the_newer_one_comes_first(real: Archive, anna: str) -> None:
    await real.store(anna, [said(1, "pears"), said(2, "pears", day=2), said(3, "pears", day=1)])
    found = await real.search(anna, query="pears", limit=10)
    assert [one.entry.seq for one in found] == [2, 3, 1]


# ---- what an older version has kept


OLD = b"insert into brain.archive (user_id, seq, entry) values (%s, %s, %s::json)"

# As an older version has stored entries: with what the database cannot take apart.
ODDLY = """
insert into brain.archive (user_id, id, seq, at, entry) values (%s, %s, %s, %s, %s::text::json)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def old_url(url: str) -> AsyncIterator[str]:
    """A database of the previous version, with the logs of three users."""
    logs: dict[str, list[LogEntry]] = {
        "anna": [said(1, "My passport is in the drawer"), answered(2)],
        "ben": [said(place, text) for place, text in enumerate(ODD, 1)],
        "carla": [said(n, f"pears {n}", day=n) for n in range(1, PAGE + 11)],
    }
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute("create database older")
    at = url.replace("/brain?", "/older?")
    async with await psycopg.AsyncConnection.connect(at) as older:
        await older.execute("create schema brain")
        await older.execute("create table brain.migrations (number integer primary key)")
        for name in ("001_documents", "002_archive"):
            await older.execute(statement(name))
        await older.execute("insert into brain.migrations values (1), (2)")
        for user_id, log in logs.items():
            for entry in log:
                await older.execute(OLD, [user_id, entry.seq, json.dumps(entry_to_wire(entry))])
    yield at


@pytest.fixture
async def old(old_url: str) -> AsyncIterator[Archive]:
    database = Postgres(old_url)
    yield PostgresArchive(database)
    await database.close()


async def test_what_an_older_version_kept_is_read_and_found(old: Archive) -> None:
    assert list(await old.read("anna", since=0, limit=10)) == [
        said(1, "My passport is in the drawer"),
        answered(2),
    ]
    assert await texts(old, "anna", "passports") == ["My passport is in the drawer"]
    await old.store("anna", [said(1, "My passport is in the drawer")])
    assert len(await texts(old, "anna")) == 2


async def test_an_old_entry_of_any_characters_is_moved_as_it_is(old: Archive) -> None:
    assert [entry.text for entry in await old.read("ben", since=0, limit=10)] == list(ODD)
    assert sorted(await texts(old, "ben")) == sorted(ODD)


async def test_a_long_old_log_is_made_ready_page_by_page(old: Archive) -> None:
    assert len(await texts(old, "carla", "pears", limit=PAGE * 2)) == PAGE
    assert len(await texts(old, "carla", "pears", limit=PAGE * 2)) == PAGE + 10


async def test_old_entries_of_any_characters_can_be_erased_and_stay_erased(old_url: str) -> None:
    database = Postgres(old_url)
    log = [said(place, text, id=f"odd{place}") for place, text in enumerate(ODD, 1)]
    async with await psycopg.AsyncConnection.connect(old_url) as older:
        for entry in log:
            row = ["dora", entry.id, entry.seq, MOMENT, json.dumps(entry_to_wire(entry))]
            await older.execute(ODDLY, row)
    assert await UserRows(database).blank("dora", 1, len(ODD), []) == len(ODD)
    assert await UserRows(database).blank("dora", 1, len(ODD), []) == 0
    archive = PostgresArchive(database)
    await archive.store("dora", log)  # a copy that was on its way
    assert await texts(archive, "dora") == []
    read = await archive.read("dora", since=0, limit=10)
    assert [entry.text for entry in read] == [""] * len(ODD)
    assert all(isinstance(entry, Utterance) for entry in read)
    await database.close()
