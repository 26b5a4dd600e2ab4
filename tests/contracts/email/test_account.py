"""The account: login, encryption, large emails and sent emails."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from msgspec.structs import replace

from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.server import ImapServer
from brain.email.imap.structure import tree_of
from brain.email.model import Attachment
from brain.email.parse.parts import leaves
from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable
from local.mailbox.dovecot import PASSWORD, Dovecot
from tests.contracts.email.stage import LIMIT_S, Account, letter

ID = "<0123456789abcdef@brain.example>"


def with_attachment(size: int, *, first: bool = False) -> bytes:
    """An email with plain text, HTML and an attachment, which comes first or last."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ben <ben@example.org>"
    message["Subject"] = "The plans"
    message["Message-ID"] = "<plans@example.org>"
    message.set_content("Here are the plans, as promised. Grüße!", charset="iso-8859-1")
    message.add_alternative("<p>Here are the plans</p>", subtype="html")
    message.add_attachment(
        bytes(size), maintype="application", subtype="pdf", filename="Übersicht (neu).pdf"
    )
    if first:
        payload: Any = message.get_payload()
        message.set_payload(payload[::-1])
    return message.as_bytes()


@asynccontextmanager
async def counted(port: int, counts: list[int]) -> AsyncIterator[int]:
    """A port that forwards to another one and counts the bytes from there."""
    tasks: set[asyncio.Task[None]] = set()

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: list[int] | None
    ) -> None:
        while data := await reader.read(65_536):
            if counts is not None:
                counts.append(len(data))
            writer.write(data)
            await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        there, back = pump(reader, far_writer, None), pump(far_reader, writer, counts)
        await asyncio.gather(there, back, return_exceptions=True)

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(relay(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*tasks)


@pytest.mark.parametrize("first", [False, True], ids=["after the letter", "before it"])
async def test_a_large_attachment_is_named_and_not_loaded(account: Account, first: bool) -> None:
    # The server of `make dev` parses an email in Python, and would take long.
    size = 20_000_000 if "brain.example" not in account.name else 500_000
    account.arrive(with_attachment(size, first=first))
    counts: list[int] = []
    async with counted(account.server.port, counts) as port:
        server = ImapServer(
            replace(account.at, port=port), ssl_context=account.server.ssl_context, step_s=60
        )
        mailbox = ImapMailbox(server, account.database, now=time.monotonic)
        await mailbox.sync(account.user_id, limit_s=LIMIT_S)
    assert sum(counts) < 100_000
    email = await account.read("The plans")
    assert email.text == "Here are the plans, as promised. Grüße!"
    [attachment] = email.attachments
    assert attachment.content_type == "application/pdf"
    assert attachment.name == "Übersicht (neu).pdf"
    assert attachment.size == pytest.approx(size, rel=0.05)


async def test_a_small_attachment_is_named_with_its_size(account: Account) -> None:
    account.arrive(with_attachment(3_000))
    await account.new()
    email = await account.read("The plans")
    assert email.attachments == (
        Attachment(name="Übersicht (neu).pdf", content_type="application/pdf", size=3_000),
    )


async def test_a_large_text_is_read_up_to_the_limit(account: Account) -> None:
    account.arrive(letter("Long", "A line that is long enough. \r\n" * 12_000))
    await account.new()
    email = await account.read("Long")
    assert email.text.startswith("A line that is long enough.\nA line")
    assert len(email.text) > 50_000


async def test_an_email_of_many_megabytes_in_html_does_not_stop_the_sync(account: Account) -> None:
    html = "<div>" * 200_000 + "Hello"
    head = b"Subject: Deep\r\nMessage-ID: <deep@x>\r\nContent-Type: text/html\r\n\r\n"
    account.arrive(head + html.encode().replace(b"<div>" * 50, b"<div>" * 50 + b"\r\n"))
    account.arrive(letter("Beside it"))
    assert await account.new() == []
    assert await account.subjects() == ["Beside it", "Deep"]


async def test_malformed_emails_do_not_stop_the_sync(account: Account) -> None:
    account.arrive(b"", b"\r\n", b"no header\r\n", b"Content-Type: multipart/mixed\r\n\r\n--\r\n")
    account.arrive(b"Subject: \xff\x00\r\nContent-Type: ;\r\n\r\n\x00\xff")
    account.arrive(letter("Beside them"))
    await account.new()
    assert "Beside them" in await account.subjects()


async def test_a_sent_email_is_found_and_stored_once(account: Account) -> None:
    raw = letter("Sent by us", message_id=ID)
    assert not await account.mailbox.find_sent(ID)
    await account.mailbox.keep_sent(ID, raw)
    await account.mailbox.keep_sent(ID, raw)
    assert await account.mailbox.find_sent(ID)
    assert not await account.mailbox.find_sent("<another@brain.example>")
    await account.new()
    assert await account.subjects() == ["Sent by us"]
    assert not (await account.read("Sent by us")).unread


async def test_a_copy_stored_by_the_server_is_not_duplicated(account: Account) -> None:
    raw = letter("Sent by us", message_id=ID)
    account.arrive(raw, folder="sent", seen=True)
    await account.mailbox.keep_sent(ID, raw)
    with account.program("Sent") as client:
        assert len(client.search()) == 1


async def test_an_email_that_was_read_here_is_read_in_the_mailbox(account: Account) -> None:
    account.arrive(letter("To read"))
    account.arrive(letter("Beside it", message_id="<beside@example.org>"))
    await account.new()
    email = await account.read("To read")
    assert email.unread

    await account.mailbox.mark_read(account.user_id, email.id)

    with account.program() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search("SEEN")) == 1
    await account.new()
    assert not (await account.read("To read")).unread
    assert (await account.read("Beside it")).unread
    await account.mailbox.mark_read(account.user_id, "a" * 16)  # not there: nothing happens


async def test_a_wrong_password_is_an_outage_and_is_not_quoted(
    account: Account,
) -> None:
    server = ImapServer(
        replace(account.at, password="a-secret"), ssl_context=account.server.ssl_context
    )
    with pytest.raises(MailboxUnreachable) as away:
        await ImapMailbox(server, account.database, now=time.monotonic).find_sent(ID)
    assert str(away.value) == "the mailbox server rejected the login"


async def test_storing_a_copy_creates_a_missing_folder(on_local: Account) -> None:
    with on_local.program() as client:
        client.delete_folder("Sent")
    assert not await on_local.mailbox.find_sent(ID)
    await on_local.new()
    await on_local.mailbox.keep_sent(ID, letter("Sent", message_id=ID))
    assert await on_local.mailbox.find_sent(ID)


# ---- encryption


def secured(dovecot_server: Dovecot, **changes: object) -> MailServer:
    at = MailServer(
        host="localhost", port=dovecot_server.tls_port, tls=True, user="tls", password=PASSWORD
    )
    return replace(at, **changes)


async def opened(server: ImapServer) -> bool:
    async with server.session() as session:
        return await session.do(lambda commands: commands.sent_folder() == b"Sent")


async def test_a_server_that_encrypts_from_the_first_byte(dovecot_server: Dovecot) -> None:
    trusting = ssl.create_default_context(cafile=dovecot_server.certificate)
    assert await opened(ImapServer(secured(dovecot_server), ssl_context=trusting))


@pytest.mark.parametrize("tls", [True, False])
async def test_a_self_signed_certificate_is_not_trusted(dovecot_server: Dovecot, tls: bool) -> None:
    port = dovecot_server.tls_port if tls else dovecot_server.port
    with pytest.raises(MailboxUnreachable, match="SSLCertVerificationError"):
        await opened(ImapServer(secured(dovecot_server, tls=tls, port=port)))


async def test_a_certificate_of_another_host_is_not_trusted(dovecot_server: Dovecot) -> None:
    trusting = ssl.create_default_context(cafile=dovecot_server.certificate)
    with pytest.raises(MailboxUnreachable):
        await opened(ImapServer(secured(dovecot_server, host="127.0.0.1"), ssl_context=trusting))


async def test_no_password_goes_unencrypted_to_another_machine(on_local: Account) -> None:
    # This machine as well, and not by a name that is known to be its own.
    with pytest.raises(MailboxUnreachable, match="does not support encryption"):
        await opened(ImapServer(replace(on_local.at, host="127.1")))


# ---- how servers describe a large email


def test_parts_have_imap_section_numbers() -> None:
    text = (b"text", b"plain", (b"charset", b"utf-8"), None, None, b"7bit", 5, 1, None, None, None)
    pdf = (
        *(b"application", b"pdf", (b"name", b"old.pdf"), None, None, b"base64", 400, None),
        *((b"attachment", (b"filename*", b"utf-8''%C3%BC.pdf")), None, None),
    )
    inner = ([text, text], b"alternative", (b"boundary", b"x"), None, None, None)
    found = list(leaves(tree_of(([inner, pdf], b"mixed", (b"boundary", b"y"), None, None, None))))
    assert [(leaf.section, leaf.content_type) for leaf in found] == [
        ("1.1", "text/plain"),
        ("1.2", "text/plain"),
        ("2", "application/pdf"),
    ]
    assert (found[2].name, found[2].size, found[2].is_attached) == ("ü.pdf", 300, True)


def test_a_disposition_as_a_single_text_is_parsed() -> None:
    picture = (b"image", b"png", None, b"<id>", None, b"base64", 40, None)
    [leaf] = leaves(tree_of((*picture, b'attachment; filename="a.png"')))
    assert (leaf.name, leaf.is_attached, leaf.content_id) == ("a.png", True, "id")
    [leaf] = leaves(tree_of((*picture, b"inline")))
    assert (leaf.is_attached, leaf.content_id) == (False, "id")
