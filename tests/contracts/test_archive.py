"""The archive of the log, in Postgres."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio

from brain.adapters.archive import PostgresArchive
from brain.adapters.postgres import Postgres
from brain.domain.messages import Kind, LogEntry, Message, Speak, Utterance
from brain.ports import Archive
from local.engines import postgres

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with postgres(tmp_path_factory.mktemp("postgres")) as engine:
        yield engine.url


@pytest.fixture
async def archive(url: str) -> AsyncIterator[Archive]:
    database = Postgres(url)
    yield PostgresArchive(database)
    await database.close()


@pytest.fixture
def anna() -> str:
    return f"anna-{uuid4()}"


def said(seq: int, text: str = "hello") -> Utterance:
    return Utterance(
        id=f"u{seq}",
        seq=seq,
        text=text,
        message_id=f"message-{seq}",
        run_id="run",
        created_at=MOMENT,
        call_id="call",
    )


def answered(seq: int) -> Message:
    return Message(
        id=f"m{seq}",
        seq=seq,
        kind=Kind.QUESTION,
        text="Welche Tür? 猫",
        done_after_this=True,
        run_id="run",
        answers_seq=seq - 1,
        created_at=MOMENT,
        speak=Speak.WHEN_IDLE,
        expires_at=MOMENT,
        supersedes="m1",
    )


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


async def test_the_newest_entry_of_a_place_counts_since_a_log_may_begin_anew(
    archive: Archive, anna: str
) -> None:
    anew = replace(said(1), text="another text")
    await archive.store(anna, [said(1)])
    await archive.store(anna, [anew])
    assert list(await archive.read(anna, since=0, limit=10)) == [anew]


async def test_storing_nothing_is_done_at_once(archive: Archive, anna: str) -> None:
    await archive.store(anna, [])
    assert list(await archive.read(anna, since=0, limit=10)) == []


@pytest.mark.parametrize("text", ["nul \0 nul", "half \ud83d a pair", "\\u0000", '😀 {"a": 1}'])
async def test_every_text_that_the_log_holds_can_be_archived(
    archive: Archive, anna: str, text: str
) -> None:
    await archive.store(anna, [said(1, text)])
    assert list(await archive.read(anna, since=0, limit=10)) == [said(1, text)]


async def test_nobody_reads_another_users_log(archive: Archive, anna: str) -> None:
    await archive.store(anna, [said(1)])
    assert list(await archive.read("ben", since=0, limit=10)) == []
