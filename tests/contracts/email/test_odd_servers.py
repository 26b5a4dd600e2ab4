"""What servers were reported to do: it costs the one folder or email that it is about."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from brain.cloud.postgres.database import Postgres
from brain.email.imap.client import shown_name
from brain.email.imap.commands import Commands
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.sent_names import is_sent_name
from brain.email.imap.server import ImapServer
from brain.email.model import Email
from brain.email.postgres import PostgresEmails
from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable
from tests.contracts.email.odd_server import OddEmail, OddServer

CODE = b"The door code is 4711.\r\n"
SUBJECTS = ("One", "Two", "Three")
HEAVY = 6_000  # lines of a large email, of which only the text is loaded


def letter(subject: str, minute: int, *, uid: int, lines: int = 1) -> OddEmail:
    date = f"Tue, 02 Jun 2026 09:{minute:02}:00 +0000"
    head = f"From: a@example.org\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{subject}@x>"
    return OddEmail(uid=uid, raw=head.encode() + b"\r\n\r\n" + CODE * lines)


def three(*uids: int) -> list[OddEmail]:
    return [
        letter(subject, number + 1, uid=uids[number] if uids else 101 + number)
        for number, subject in enumerate(SUBJECTS)
    ]


async def listed(at: MailServer, database: Postgres) -> dict[str, Email]:
    """Sync once, and return the emails by subject."""
    user_id = f"id-{uuid4().hex}"
    mailbox = ImapMailbox(ImapServer(at), database, now=lambda: 0.0)
    assert not (await mailbox.sync(user_id, limit_s=30)).more
    emails = PostgresEmails(database)
    ids = [found.id for found in await emails.newest(user_id, limit=50)]
    read = [await emails.read(user_id, id) for id in ids]
    return {email.subject: email for email in read if email is not None}


@pytest.mark.parametrize(
    "odd",
    [
        b'(\\HasNoChildren) "/" "R&D"', b'(\\HasNoChildren) "/" "Caf\xe9"', b"((((",
        b'(\\HasNoChildren) "/"', b'() NIL ""', b'(\\HasNoChildren) "/" 2026', b"\xff\xfe",
        b'(\\HasNoChildren) "/" "&&&-"',
    ],
)  # fmt: skip
async def test_an_odd_folder_costs_itself(odd: bytes, database: Postgres) -> None:
    server = OddServer(emails=three())
    server.folders = (server.folders[0], odd, server.folders[1])
    async with server.serving() as at:
        assert set(await listed(at, database)) == set(SUBJECTS)


@pytest.mark.parametrize("after_login", [b"", b"IMAP4rev1 ID"])
async def test_a_provider_that_wants_to_know_the_program_is_told(
    after_login: bytes, database: Postgres
) -> None:
    server = OddServer(emails=three(), wants_id=True, after_login=after_login)
    server.capabilities += b"" if after_login else b" ID"
    async with server.serving() as at:
        assert set(await listed(at, database)) == set(SUBJECTS)
    said = next(line for line in server.heard if line.startswith(b"ID "))
    assert b"Second Brain" in said
    assert b"me" not in said.replace(b"name", b"")  # nothing about the user


async def test_a_refusal_is_logged_without_addresses(
    database: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    async with OddServer(emails=three(), wants_id=True).serving() as at:
        with pytest.raises(MailboxUnreachable, match=r"^the mailbox server refused a request$"):
            await listed(at, database)
    assert "Unsafe Login" in caplog.text
    assert "@" not in caplog.text


@pytest.mark.parametrize("tells_next_uid", [True, False])
async def test_what_status_does_not_tell_is_found_otherwise(
    tells_next_uid: bool, database: Postgres
) -> None:
    server = OddServer(emails=three(), tells_status=False, tells_next_uid=tells_next_uid)
    async with server.serving() as at:
        assert set(await listed(at, database)) == set(SUBJECTS)


@pytest.mark.parametrize(
    "told",
    [
        b"NIL",
        b'"20-Nov-2026 10:00:00 +9999"',
        b'"yesterday"',
        b'"00-Jan-0000 00:00:00 +0000"',
        b'""',
    ],
)
async def test_an_email_without_a_valid_time_of_arrival_has_that_of_its_header(
    told: bytes, database: Postgres
) -> None:
    server = OddServer(emails=three())
    server.emails[1].internaldate = told
    async with server.serving() as at:
        found = await listed(at, database)
    assert set(found) == set(SUBJECTS)
    assert found["Two"].at == datetime(2026, 6, 2, 9, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "structure",
    [
        b"NIL", b"()", b'"text"', b"(NIL NIL)", b"((((",
        b'(("text" "plain" NIL NIL """" "8bit" 144000 6000) "MIXED" NIL NIL NIL)',
        b'("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "8BIT" many 6000 NIL NIL NIL)',
    ],
)  # fmt: skip
async def test_a_large_email_is_read_whatever_the_server_tells_of_its_parts(
    structure: bytes, database: Postgres
) -> None:
    large = letter("Large", 2, uid=102, lines=HEAVY)
    large.structure = structure
    async with OddServer(emails=[letter("One", 1, uid=101), large]).serving() as at:
        found = await listed(at, database)
    assert set(found) == {"One", "Large"}
    assert found["Large"].text.startswith("The door code is 4711.")


async def test_flags_sent_by_number_are_those_of_the_email_with_that_number(
    database: Postgres,
) -> None:
    server = OddServer(emails=three(1, 3, 5), after=b"* 3 FETCH (FLAGS (\\Seen))\r\n")
    async with server.serving() as at:
        found = await listed(at, database)
    assert {name for name, email in found.items() if email.unread} == {"One", "Two"}


@pytest.mark.parametrize(
    "after",
    [
        b"* 3 FETCH (UID 900 FLAGS (\\Seen))\r\n",
        b"* 1 EXPUNGE\r\n* 3 FETCH (FLAGS (\\Seen))\r\n",
        b"* 77 FETCH (FLAGS (\\Seen))\r\n",
        b"* 2 FETCH\r\n* 2 FETCH (((\r\n* 2 FETCH (FLAGS)\r\n",
    ],
)
async def test_what_is_about_no_email_that_was_asked_for_changes_none(
    after: bytes, database: Postgres
) -> None:
    async with OddServer(emails=three(1, 3, 5), after=after).serving() as at:
        found = await listed(at, database)
    assert {name for name, email in found.items() if email.unread} == set(SUBJECTS)


LISTED = b'(\\HasNoChildren) "/" '
INBOX = LISTED + b"INBOX"


async def kept_in(server: OddServer, *, sent_folder: str = "") -> tuple[list[bytes], list[bytes]]:
    """Keep a sent email. Returns where it went, and which folders were made."""
    async with server.serving(sent_folder=sent_folder) as at, ImapServer(at).session() as session:
        folder = await session.do(Commands.sent_folder)
        if folder is None:
            folder = await session.do(Commands.make_sent_folder)
        await session.do(lambda commands: commands.append(folder, b"Subject: x\r\n\r\nHi\r\n"))
    return server.appended, server.created


@pytest.mark.parametrize(
    "name",
    [
        b'"Elementos enviados"', b'"&XfJT0ZAB-"', b'"INBOX/Itens Enviados"', b'"SENT ITEMS"',
        b'"Elementy wys&AUI-ane"', b'"Posta inviata"', b'"&kAFP4W4IMH8-"', b'"Mail/sent-mail"',
        b'"&vPSwuNO4ycDVaA-"',
        b'"&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"', b'"Gel&APY-scht/Gesendete Elemente"',
    ],
)  # fmt: skip
async def test_a_folder_with_a_usual_name_takes_what_is_sent(name: bytes) -> None:
    kept, made = await kept_in(OddServer(folders=(INBOX, LISTED + name)))
    assert (kept, made) == ([name.strip(b'"')], [])


@pytest.mark.parametrize(
    "capabilities", [b"IMAP4rev1 SPECIAL-USE LIST-EXTENDED", b"IMAP4rev1 XLIST"]
)
async def test_a_server_is_asked_which_folder_is_for_sent_email(capabilities: bytes) -> None:
    marked = (INBOX, b'(\\HasNoChildren \\Sent) "/" Korrespondenz')
    server = OddServer(folders=(INBOX, LISTED + b"Korrespondenz"), marked=marked)
    server.capabilities = capabilities
    assert await kept_in(server) == ([b"Korrespondenz"], [])


async def test_the_folder_of_the_setting_comes_first() -> None:
    folders = (INBOX, LISTED + b'"Sent"', LISTED + b'"Caf&AOk-"')
    assert await kept_in(OddServer(folders=folders), sent_folder="Café") == ([b"Caf&AOk-"], [])


async def test_a_folder_is_made_only_if_none_matches() -> None:
    assert await kept_in(OddServer(folders=(INBOX,))) == ([b"Sent"], [b"Sent"])


def test_names_are_compared_without_case_marks_and_blanks() -> None:
    assert all(
        map(is_sent_name, ["ELEMENTS ENVOYES", "elemente  GESENDET"[10:], "已发送", "wysłane"])
    )
    assert not any(map(is_sent_name, ["", "Unsent", "Sent to Anna", "Entwürfe", "R&D"]))


@pytest.mark.parametrize(
    ("raw", "name"), [(b"&XfJT0ZAB-", "已发送"), (b"R&D", "R&D"), ("Café".encode(), "Café")]
)
def test_a_name_is_shown_as_people_read_it(raw: bytes, name: str) -> None:
    assert shown_name(raw) == name
