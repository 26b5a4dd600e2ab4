"""What people type finds what is written, in every place, whatever its language."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from brain.cloud.postgres.database import Postgres
from brain.documents.postgres import PostgresDocuments
from brain.email.postgres import PostgresEmails
from brain.memory.archive import PostgresArchive
from brain.memory.postgres import PostgresFacts
from brain.run.messages import Utterance
from tests.fakes.email import an_email

MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)
OTHER = "The window of the house is green and the door is wide"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of texts: how one is kept, how one is found, and its table."""

    keep: Callable[[str, str], Awaitable[object]]
    find: Callable[[str, str], Awaitable[list[str]]]
    table: str


@pytest.fixture
async def database(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    yield database
    await database.close()


@pytest.fixture(params=["documents", "emails", "facts", "archive"])
def place(request: pytest.FixtureRequest, database: Postgres) -> Place:
    makers = {"documents": documents, "emails": emails, "facts": facts, "archive": archive}
    return makers[request.param](database)


def documents(database: Postgres) -> Place:
    kept = PostgresDocuments(database)

    async def keep(user_id: str, text: str) -> object:
        return await kept.create(user_id, title="A", body=text, foreign=False, key=uuid4().hex)

    async def find(user_id: str, query: str) -> list[str]:
        return [found.snippet for found in await kept.search(user_id, query=query, limit=5)]

    return Place(keep, find, "documents")


def emails(database: Postgres) -> Place:
    kept = PostgresEmails(database)

    async def keep(user_id: str, text: str) -> object:
        return await kept.store(user_id, [an_email(uuid4().hex, text=text)])

    async def find(user_id: str, query: str) -> list[str]:
        return [found.snippet for found in await kept.search(user_id, query=query, limit=5)]

    return Place(keep, find, "emails")


def facts(database: Postgres) -> Place:
    kept = PostgresFacts(database)

    async def keep(user_id: str, text: str) -> object:
        return await kept.remember(user_id, text=text, source="s", foreign=False, key=uuid4().hex)

    async def find(user_id: str, query: str) -> list[str]:
        return [found.text for found in await kept.recall(user_id, query=query, limit=5)]

    return Place(keep, find, "facts")


def archive(database: Postgres) -> Place:
    kept = PostgresArchive(database)

    async def keep(user_id: str, text: str) -> object:
        await kept.store(user_id, [said(text)])
        return None

    async def find(user_id: str, query: str) -> list[str]:
        return [found.entry.text for found in await kept.search(user_id, query=query, limit=5)]

    return Place(keep, find, "archive")


def said(text: str) -> Utterance:
    id = uuid4().hex
    return Utterance(id=id, seq=1, text=text, message_id=id, created_at=MOMENT, run_id="r")


# ruff: noqa: RUF001
TYPED = [
    ("La réunion à l'école commence à neuf heures", "ecole"),
    ("REUNION A L ECOLE DEMAIN MATIN", "école"),
    ("Les fenêtres sont ouvertes", "fenetre"),
    ("A reunião com o João é na segunda-feira", "joao reuniao"),
    ("Meeting with Jürgen Müller about the garden", "juergen mueller"),
    ("Treffen mit Juergen Mueller im Garten", "Jürgen Müller"),
    ("Mødet i København er på tirsdag", "kobenhavn"),
    ("Schůzka s paní Dvořákovou je v úterý", "schuzka"),
    ("Spotkanie w Łodzi u Pawła", "lodzi pawla"),
    ("Cuộc họp ở Đà Nẵng vào thứ hai", "da nang"),
    ("İstanbul'da toplantı yarın", "istanbul toplanti"),
    ("istanbul gezisi planı", "İstanbul"),
    ("Η συνάντηση είναι στην Αθήνα", "αθηνα"),
    ("Ёлка стоит в зале", "елка"),
    ("موعد مع مُحَمَّد غدا", "محمد"),
    ("الاجتماع مع أحمد غدا", "احمد"),
    ("פגישה עם שָׁלוֹם מחר", "שלום"),
    ("엄마 생신은 오월 삼일이고", "생신"),
    ("삼성전자 실적 보고서", "전자"),
    ("서울 출장 비행기 표", "서울에서"),
    ("我家的猫很可爱", "猫"),
    ("明日の会議は三時です", "会議"),
    ("วันพรุ่งนี้ประชุมสามโมง", "ประชุม"),
    ("Das Gesamt\u00adkonzept liegt vor", "Gesamtkonzept"),
    ("Die Kranken\u200bversicherung zahlt", "Krankenversicherung"),
]


@pytest.mark.parametrize(("text", "query"), TYPED)
async def test_what_is_typed_finds_what_is_written(
    text: str, query: str, place: Place, anna: str
) -> None:
    await place.keep(anna, OTHER)
    await place.keep(anna, text)
    assert await place.find(anna, query) == [text]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The band plays on Friday", "bund"),
        ("엄마 생신은 오월", "생일"),
        ("Der Brief ist da", "für"),
    ],
)
async def test_another_word_finds_nothing(text: str, query: str, place: Place, anna: str) -> None:
    await place.keep(anna, text)
    assert await place.find(anna, query) == []


async def test_the_word_as_it_is_written_comes_first(place: Place, anna: str) -> None:
    await place.keep(anna, "Die Bar ist ueber dem Hof, eine grosse Kuche")
    await place.keep(anna, "Die Bar ist ueber dem Hof, eine grosse Küche")
    await place.keep(anna, "Die Bar ist ueber dem Hof, eine grosse Kueche")
    found = await place.find(anna, "Küche")
    assert (len(found), found[0][-5:]) == (3, "Küche")


async def test_a_form_of_a_stop_word_is_a_stop_word(place: Place, anna: str) -> None:
    await place.keep(anna, "Der Schlüssel liegt für alle unter der Matte")
    await place.keep(anna, "Der Brief für die Bank ist im Schrank und nicht im Keller")
    [found] = await place.find(anna, "wo ist der Brief für die Bank")
    assert found.startswith("Der Brief")


OLD = {  # how the versions before wrote the words
    "documents": """
        update brain.passages set search = to_tsvector('simple', lower(text))
        where user_id = %(user)s
    """,
    "emails": """
        update brain.emails set search = to_tsvector('simple', lower(text)) where user_id = %(user)s
    """,
    "facts": """
        update brain.facts set search = to_tsvector('simple', lower(text)) where user_id = %(user)s
    """,
    "archive": "update brain.archive set search = ''::tsvector where user_id = %(user)s",
}


async def test_words_that_older_code_has_stored_are_brought_up_to_date(
    place: Place, anna: str, database: Postgres
) -> None:
    await place.keep(anna, "La réunion à l'école")
    await place.keep(anna, OTHER)

    async def make_old(connection: AsyncConnection[Any]) -> None:
        await connection.execute(OLD[place.table].encode(), {"user": anna})
        sql = f"update brain.{place.table} set words = 1 where user_id = %(user)s"
        await connection.execute(sql.encode(), {"user": anna})

    await database.run(make_old)
    assert await place.find(anna, "ecole") == ["La réunion à l'école"]
    assert await place.find(anna, "ecole") == ["La réunion à l'école"]
