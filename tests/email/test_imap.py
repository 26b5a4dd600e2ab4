"""Connections to IMAP servers that misbehave: each ends in time, and with one error."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from brain.cloud.postgres.database import Postgres
from brain.email.imap.commands import Commands
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.server import ImapServer
from brain.email.settings import MailServer
from brain.errors import MailboxUnreachable

GREETING = b"* OK here\r\n"
STEP_S = 0.3  # seconds until a silent server is given up
PATIENT_S = 30.0  # where the server answers, however loaded the machine is

type Answer = Callable[[bytes, bytes], bytes | None]


def polite(tag: bytes, line: bytes) -> bytes | None:
    """A correct server; None closes the connection."""
    verb = line.split()[1].upper() if len(line.split()) > 1 else b""
    said = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        b"LIST": b'* LIST (\\HasNoChildren \\Sent) "/" Gesendet\r\n',
        b"STATUS": b"* STATUS INBOX (UIDVALIDITY 1 UIDNEXT 2 MESSAGES 1)\r\n",
        b"LOGOUT": b"* BYE\r\n",
    }
    return said.get(verb, b"") + tag + b" OK done\r\n"


def but(verb: bytes, answer: bytes | None) -> Answer:
    """A correct server, except for one command."""

    def talk(tag: bytes, line: bytes) -> bytes | None:
        if verb in line.upper():
            return answer.replace(b"TAG", tag) if answer is not None else None
        return polite(tag, line)

    return talk


def plain_login(answer: bytes | None) -> Answer:
    """A server that supports AUTH=PLAIN, and its response to it."""

    def talk(tag: bytes, line: bytes) -> bytes | None:
        if b"CAPABILITY" in line.upper():
            return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n"
        return but(b"AUTHENTICATE", answer)(tag, line)

    return talk


@asynccontextmanager
async def serving(
    answer: Answer, greeting: bytes = GREETING, *, greets: asyncio.Event | None = None
) -> AsyncIterator[MailServer]:
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            if greets is not None:
                await greets.wait()
            writer.write(greeting)
            while line := await reader.readline():
                said = answer(line.split()[0], line)
                if said is None:
                    break
                writer.write(said)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield MailServer(host="127.0.0.1", port=port, tls=False, user="me", password="x")
    finally:
        server.close()
        await asyncio.gather(*talks)


async def sent_folder(at: MailServer, *, step_s: float = STEP_S) -> bytes | None:
    async with ImapServer(at, step_s=step_s).session() as session:
        return await session.do(Commands.sent_folder)


async def test_a_well_behaved_server_is_understood() -> None:
    async with serving(polite) as at:
        assert await sent_folder(at, step_s=PATIENT_S) == b"Gesendet"


@pytest.mark.parametrize(
    ("answer", "greeting"),
    [
        (polite, b""),
        (polite, b"* BYE go away\r\n"),
        (polite, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (but(b"CAPABILITY", None), GREETING),
        (but(b"LOGIN", b""), GREETING),
        (but(b"LOGIN", b"TAG NO wrong\r\n"), GREETING),
        (but(b"LOGIN", None), GREETING),
        (plain_login(None), GREETING),
        (plain_login(b"TAG NO wrong\r\n"), GREETING),
        (but(b"LIST", b""), GREETING),
        (but(b"LIST", None), GREETING),
        (but(b"LIST", b"TAG BAD what?\r\n"), GREETING),
        (but(b"LIST", b"* LIST\r\n* \xff\xfe\r\nTAG OK\r\n"), GREETING),
        (but(b"LIST", b"garbage\r\n"), GREETING),
    ],
)
async def test_every_server_error_is_an_unreachable_mailbox(
    answer: Answer, greeting: bytes
) -> None:
    async with serving(answer, greeting) as at:
        with pytest.raises(MailboxUnreachable):
            await sent_folder(at)


async def test_a_closed_port_is_an_unreachable_mailbox() -> None:
    async with serving(polite) as at:
        pass
    with pytest.raises(MailboxUnreachable):
        await sent_folder(at)


async def test_a_server_that_does_not_answer_logout_is_closed() -> None:
    async with serving(but(b"LOGOUT", None)) as at:
        assert await sent_folder(at, step_s=PATIENT_S) == b"Gesendet"


async def test_after_a_fault_the_connection_is_not_used_again() -> None:
    async with (
        serving(but(b"EXAMINE", b"TAG BAD what?\r\n")) as at,
        ImapServer(at, step_s=PATIENT_S).session() as session,
    ):
        with pytest.raises(MailboxUnreachable):
            await session.do(lambda commands: commands.open(b"INBOX"))
        with pytest.raises(MailboxUnreachable, match="closed"):
            await session.do(Commands.sent_folder)


async def test_a_cancelled_session_leaves_no_connection_open() -> None:
    asked = asyncio.Event()

    def silent(tag: bytes, line: bytes) -> bytes | None:
        if b"LIST" in line:
            asked.set()
            return b""
        return polite(tag, line)

    # The server's own end waits until every client has hung up.
    async with serving(silent) as at:

        async def ask() -> None:
            async with ImapServer(at, step_s=PATIENT_S).session() as session:
                await session.do(Commands.sent_folder)

        task = asyncio.create_task(ask())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_session_cancelled_before_the_greeting_leaves_no_connection_open() -> None:
    greets = asyncio.Event()
    # The server's own end waits until every client has hung up.
    async with serving(polite, greets=greets) as at:
        with pytest.raises(MailboxUnreachable):
            await sent_folder(at, step_s=0.05)
        greets.set()


def test_an_empty_range_of_uids_is_not_requested() -> None:
    commands = object.__new__(Commands)  # without a connection
    assert commands.uids(5, 4) == []
    assert commands.changed(5, 4, since=1) == []


async def test_a_sync_with_a_silent_server_ends_in_its_time() -> None:
    async with serving(but(b"STATUS", b"")) as at:
        database = Postgres("postgresql://nobody@127.0.0.1:1/none")
        mailbox = ImapMailbox(ImapServer(at), database, now=time.monotonic)
        with pytest.raises(MailboxUnreachable, match="no answer"):
            await mailbox.sync("owner", limit_s=1)
