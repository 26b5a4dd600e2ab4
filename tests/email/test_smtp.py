"""The three outcomes of sending an email, on misbehaving servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from brain.email.model import Accepted, Address, Outgoing, Refused, Unsure
from brain.email.settings import MailServer
from brain.email.smtp import SmtpPost

ME = Address(address="me@brain.example")
ANNA, BEN = Address(address="anna@example.org"), Address(address="ben@example.org")
LETTER = Outgoing(message_id="<1@brain.example>", to=(ANNA,), cc=(BEN,), subject="Hi", text="Hello")
HANGS_UP, IS_SILENT = "hangs up", "is silent"
STEP_S = 0.3  # seconds until a silent server is given up
PATIENT_S = 30.0  # where the server answers, however loaded the machine is


@dataclass
class Script:
    """The server's response or action for each command, and the commands it received."""

    greeting: str = "220 here"
    ehlo: str = "250-here\r\n250 AUTH PLAIN LOGIN"
    auth: str = "235 in"
    mail: str = "250 ok"
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = "354 go on"
    end: str = "250 taken"
    told: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)

    @property
    def step_s(self) -> float:
        """How long to wait for it."""
        return STEP_S if IS_SILENT in vars(self).values() else PATIENT_S

    def answer(self, line: str) -> str:
        self.told.append(line)
        verb = line[:4].upper()
        if verb == "RCPT":
            address = line.partition("<")[2].partition(">")[0]
            return self.rcpt.get(address, "250 ok")
        replies = {"EHLO": self.ehlo, "AUTH": self.auth, "MAIL": self.mail, "DATA": self.data}
        return replies.get(verb, "250 ok")


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[MailServer]:
    talks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(script, reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield MailServer(host="127.0.0.1", port=port, tls=False, user="me", password="päss")
    finally:
        server.close()
        await asyncio.gather(*talks)


async def talk(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve until the client or the server closes the connection."""

    async def say(reply: str) -> bool:
        if reply == HANGS_UP:
            return False
        if reply == IS_SILENT:
            await reader.read()
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True

    try:
        goes_on = await say(script.greeting)
        while goes_on and (line := await reader.readline()):
            goes_on = await say(script.answer(line.decode().strip()))
            if goes_on and line.startswith(b"DATA") and script.data.startswith("354"):
                script.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                goes_on = await say(script.end)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def post(server: MailServer, *, step_s: float = PATIENT_S) -> SmtpPost:
    return SmtpPost(server, ME, utc=lambda: datetime(2026, 11, 20, tzinfo=UTC), step_s=step_s)


async def sent(script: Script) -> Accepted | Refused | Unsure:
    async with serving(script) as server:
        return await post(server, step_s=script.step_s).send(LETTER)


async def test_an_accepted_email_is_handed_over_once_to_all_recipients() -> None:
    script = Script()
    ended = await sent(script)
    assert isinstance(ended, Accepted)
    [taken] = script.taken
    assert taken == ended.raw + b".\r\n"
    assert [line for line in script.told if line.startswith("RCPT")] == [
        "RCPT TO:<anna@example.org>",
        "RCPT TO:<ben@example.org>",
    ]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(greeting="554 no"), "cannot be reached|refused"),
        (Script(greeting=HANGS_UP), "cannot be reached"),
        (Script(greeting=IS_SILENT), "cannot be reached"),
        (Script(ehlo=HANGS_UP), "cannot be reached"),
        (Script(auth="535 wrong"), "rejected the login"),
        (Script(mail="550 not you"), "550 not you"),
        (Script(mail=IS_SILENT), "cannot be reached"),
        (Script(rcpt={"ben@example.org": "550 no such user"}), "550 no such user"),
        (Script(rcpt={"anna@example.org": "451 later"}), "451 later"),
        (Script(data="554 no"), "554 no"),
        (Script(end="552 too large"), "552 too large"),
        (Script(end="421 shutting down"), "421 shutting down"),
    ],
)
async def test_a_refusal_at_any_point_means_that_nobody_gets_it(
    script: Script, reason: str
) -> None:
    ended = await sent(script)
    assert isinstance(ended, Refused)
    assert "nothing was sent" in ended.reason
    assert any(part in ended.reason for part in reason.split("|"))


@pytest.mark.parametrize("end", [HANGS_UP, IS_SILENT, "299 what?", "not SMTP at all"])
async def test_a_lost_or_unexpected_answer_is_unsure(end: str) -> None:
    script = Script(end=end)
    ended = await sent(script)
    assert isinstance(ended, Unsure)
    assert len(script.taken) == 1


async def test_a_closed_port_is_a_refusal() -> None:
    async with serving(Script()) as server:
        pass
    assert isinstance(await post(server).send(LETTER), Refused)


async def test_what_cannot_be_sent_never_reaches_the_server() -> None:
    script = Script()
    async with serving(script) as server:
        bad = Outgoing(message_id="<1@x>", to=(ANNA,), cc=(), subject="a\nBcc: c@d", text="x")
        assert isinstance(await post(server).send(bad), Refused)
    assert script.told == []


async def test_no_password_goes_unencrypted_to_another_machine() -> None:
    script = Script()
    async with serving(script) as server:
        # This machine as well, and not by a name that is known to be its own.
        elsewhere = replace(server, host="127.1")
        ended = await post(elsewhere).send(LETTER)
    assert isinstance(ended, Refused)
    assert "does not support encryption" in ended.reason
    assert not [line for line in script.told if line.startswith("AUTH")]


async def test_a_local_server_without_login_gets_no_password() -> None:
    script = Script(ehlo="250-here\r\n250 SIZE 1000000")
    assert isinstance(await sent(script), Accepted)
    assert [line for line in script.told if line.startswith("AUTH")] == []
    assert len(script.taken) == 1
