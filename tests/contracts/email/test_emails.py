"""One contract for the mirror in Postgres and in memory; then what only Postgres does."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.email.model import Address, Attachment, Email, EmailFound, Folder
from brain.email.ports import Emails
from brain.email.postgres import PostgresEmails
from brain.texts.words import PASSAGE_CHARS
from tests.fakes.email import NOW, FakeEmails, an_email

ANNA = Address(name="Anna Lindqvist", address="anna@lindqvist.example")
BEN = Address(name="Ben Okafor", address="ben@harbour.example")


@pytest.fixture
def real(database: Postgres) -> PostgresEmails:
    return PostgresEmails(database)


@pytest.fixture(params=["real", "fake"])
def emails(request: pytest.FixtureRequest) -> Emails:
    kept: Emails = request.getfixturevalue("real") if request.param == "real" else FakeEmails()
    return kept


@pytest.fixture
def me() -> str:
    return f"user-{uuid4()}"


def written(subject: str, text: str = "", **changes: object) -> Email:
    return an_email(_id(subject + text), subject=subject, text=text, **changes)


def _id(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10]).decode().lower()


async def subjects(emails: Emails, user: str, query: str = "", **filters: object) -> list[str]:
    found: Sequence[EmailFound] = await emails.search(
        user,
        query=query,
        limit=50,
        **filters,  # type: ignore[arg-type]  # filters by name
    )
    return [email.subject for email in found]


async def test_an_email_is_read_as_it_was_stored(emails: Emails, me: str) -> None:
    email = replace(
        written("Über Katzen", "Zeile ' \" \\ % %(x)s\n\t猫 \U0001f431"),
        references=("<a@b>", "<c@d>"),
        cc=(ANNA, BEN),
        reply_to=(ANNA,),
        attachments=(Attachment(name="ü.pdf", content_type="application/pdf", size=3),),
        folder=Folder.SENT,
        unread=False,
    )
    assert await emails.store(me, [email]) == [email]
    assert await emails.read(me, email.id) == email


async def test_a_known_email_is_not_stored_again(emails: Emails, me: str) -> None:
    first, second = written("First"), written("Second")
    await emails.store(me, [first])
    assert await emails.store(me, [first, second]) == [second]
    assert await emails.store("somebody-else" + me, [first]) == [first]


@pytest.mark.parametrize("id", ["", "nothing", "aaaaaaaaaaaaaaaa", "\0", "\ud800", "' or true --"])
async def test_an_unknown_id_returns_no_email(emails: Emails, me: str, id: str) -> None:
    assert await emails.read(me, id) is None
    await emails.mark_told(me, [id])


async def test_a_user_cannot_find_or_read_another_users_email(emails: Emails, me: str) -> None:
    email = written("Diary", "secret meeting")
    await emails.store(me, [email])
    assert await emails.read("ben", email.id) is None
    assert await subjects(emails, "ben", "secret") == []
    assert await subjects(emails, "ben") == []
    assert list(await emails.newest("ben", limit=5)) == []


async def test_an_email_is_found_by_subject_text_and_people(emails: Emails, me: str) -> None:
    await emails.store(
        me,
        [
            written("The boat", "The mast is broken.", sender=BEN),
            written("Dinner", "At seven, with cake.", sender=ANNA),
        ],
    )
    assert await subjects(emails, me, "boat") == ["The boat"]
    assert await subjects(emails, me, "what about the mast?") == ["The boat"]
    assert await subjects(emails, me, "Lindqvist") == ["Dinner"]
    assert await subjects(emails, me, "okaf") == ["The boat"]


async def test_filters_work_alone_and_combined(emails: Emails, me: str) -> None:
    await emails.store(
        me,
        [
            written("A", "cake", sender=ANNA, at=NOW - timedelta(days=3)),
            written("B", "cake", sender=BEN, at=NOW - timedelta(days=2), unread=False),
            written("C", "cake", sender=ANNA, at=NOW - timedelta(days=1)),
        ],
    )
    for query in ("", "cake"):
        assert sorted(await subjects(emails, me, query)) == ["A", "B", "C"]
        assert sorted(await subjects(emails, me, query, sender="anna")) == ["A", "C"]
        assert await subjects(emails, me, query, sender="ben@harbour.example") == ["B"]
        assert await subjects(emails, me, query, unread=False) == ["B"]
        assert sorted(await subjects(emails, me, query, unread=True)) == ["A", "C"]
        day = NOW - timedelta(days=2)
        assert sorted(await subjects(emails, me, query, since=day)) == ["B", "C"]
        assert await subjects(emails, me, query, before=day) == ["A"]
        assert await subjects(emails, me, query, since=day, sender="Anna L") == ["C"]


async def test_without_a_query_the_newest_come_first(emails: Emails, me: str) -> None:
    old, new = written("Old", at=NOW - timedelta(days=1)), written("New")
    sent = written("Sent", folder=Folder.SENT)
    await emails.store(me, [old, new, sent])
    assert (await subjects(emails, me))[-1] == "Old"
    assert [email.subject for email in await emails.newest(me, limit=5)] == ["New", "Old"]
    assert [email.subject for email in await emails.newest(me, limit=1)] == ["New"]


async def test_the_snippet_is_the_matching_passage(emails: Emails, me: str) -> None:
    filler = "The piano has a key. " * 40
    text = f"{filler}\n\nThe locksmith comes on Monday.\n\n{filler}"
    await emails.store(me, [written("House", text)])
    [found] = await emails.search(me, query="when does the locksmith come", limit=5)
    assert "The locksmith comes on Monday." in found.snippet
    assert len(found.snippet) <= PASSAGE_CHARS
    [newest] = await emails.newest(me, limit=1)
    assert newest.snippet.startswith("The piano has a key.")


@pytest.mark.parametrize(
    "query", ["?!", "\0", "\ud800", "'", "& | ! :* \\ <-> (", "%s", "' | 'x':*"]
)
async def test_a_query_or_a_sender_may_contain_any_characters(
    emails: Emails, me: str, query: str
) -> None:
    await emails.store(me, [written("Note", "milk and bread")])
    assert await subjects(emails, me, query) == []
    assert await subjects(emails, me, "", sender=query) == []


async def test_a_chinese_question_finds_a_chinese_email(emails: Emails, me: str) -> None:
    await emails.store(me, [written("旅行", "我的护照在蓝色抽屉里。请不要忘记。")])
    assert await subjects(emails, me, "护照在哪里?") == ["旅行"]
    assert await subjects(emails, me, "天气") == []


async def test_a_name_is_known_if_an_email_names_this_address_so(emails: Emails, me: str) -> None:
    kate = Address(name="Kate O'Neill, Dr.", address="kate@harbour.example")
    odd = Address(name="\u732b", address="neko@harbour.example")
    email = replace(written("Boat"), sender=ANNA, to=(BEN,), cc=(kate, odd))
    await emails.store(me, [email, replace(written("Other"), sender=replace(BEN, name="B."))])
    asked = [
        ANNA,
        Address(name="ANNA LINDQVIST", address="Anna@Lindqvist.Example"),
        BEN,
        replace(BEN, name="B."),
        kate,
        odd,
        replace(ANNA, address="eve@evil.example"),
        replace(ANNA, name="Ben Okafor"),
        replace(ANNA, name="Anna"),
        replace(ANNA, name=""),
        Address(name="%", address="@"),
    ]
    known = await emails.known(me, asked)
    assert [one in known for one in asked] == [True] * 6 + [False] * 5
    assert list(await emails.known(f"{me}-other", asked)) == []
    assert list(await emails.known(me, [])) == []


async def test_contacts_are_the_people_whom_the_user_has_written_to(
    emails: Emails, me: str
) -> None:
    sent = replace(
        written("Boat"), folder=Folder.SENT, to=(BEN, ANNA), cc=(replace(BEN, name=" "),)
    )
    later = replace(written("Plan"), folder=Folder.SENT, to=(ANNA,), at=sent.at + timedelta(days=1))
    stranger = Address(name="Eve", address="eve@evil.example")
    await emails.store(me, [sent, later, replace(written("Hi"), sender=stranger, to=(stranger,))])
    assert list(await emails.contacts(me, limit=50)) == [ANNA.name, BEN.name]
    assert list(await emails.contacts(me, limit=1)) == [ANNA.name]
    assert list(await emails.contacts(f"{me}-other", limit=50)) == []


# ---- what only Postgres does


async def test_a_rare_word_has_more_weight_than_a_frequent_one(real: Emails, me: str) -> None:
    await real.store(
        me, [written(f"Diary {day}", "Anna came for dinner, Anna went home.") for day in range(20)]
    )
    await real.store(me, [written("The flat", "A locksmith came.")])
    assert (await subjects(real, me, "did Anna call the locksmith"))[0] == "The flat"


async def test_the_subject_has_more_weight_than_the_text_and_a_quotation_the_least(
    real: Emails, me: str
) -> None:
    await real.store(
        me,
        [
            written("Re: Cake", "No.\n\n> Ask about the insurance\n> again"),
            written("Groceries", "a pancake for the insurance man"),
            written("Insurance", "policy number 4711"),
        ],
    )
    assert await subjects(real, me, "insurance") == ["Insurance", "Groceries", "Re: Cake"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("She was carrying boxes into the new houses.", "he carries"),
        ("Mein Reisepass liegt in der blauen Schublade.", "blauer Schubladen"),
        ("Les enfants jouaient dans le jardin.", "jouer jardins"),
        ("Los documentos están firmados por el notario.", "firmado documento"),
        ("Билеты на концерт уже куплены для всех.", "билет концерты"),
    ],
)
async def test_other_forms_of_a_word_find_it_in_the_language_of_the_email(
    real: Emails, me: str, text: str, query: str
) -> None:
    await real.store(me, [written("It", text), written("Other", "Nothing of the kind in here.")])
    assert await subjects(real, me, query) == ["It"]


async def test_stop_words_are_ignored_beside_a_meaningful_word(real: Emails, me: str) -> None:
    await real.store(me, [written("Noise", "where is it and what, wo ist das, où est ce")])
    await real.store(me, [written("Zebra", "zebra")])
    assert (await subjects(real, me, "where is it and what zebra"))[0] == "Zebra"
    assert await subjects(real, me, "where is my umbrella") == []


async def test_a_huge_email_in_any_script_is_stored_and_found(real: Emails, me: str) -> None:
    chinese = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(100_000))
    await real.store(me, [written("Huge", f"护照在蓝色抽屉里{chinese}")])
    assert await subjects(real, me, "蓝色抽屉") == ["Huge"]


async def test_characters_that_postgres_cannot_store_are_removed(real: Emails, me: str) -> None:
    email = written("A\0B", "x\0y\ud800z", sender=Address(name="N\0\ud800", address="n@b.example"))
    await real.store(me, [email])
    kept = await real.read(me, email.id)
    assert kept is not None
    assert (kept.subject, kept.text, kept.sender.name) == ("AB", "xy\ufffdz", "N\ufffd")
