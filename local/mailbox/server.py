"""A local mail server: IMAP by pymap, SMTP by aiosmtpd, both in our event loop, over one folder.

    async with local_mailbox(folder, imap_port=3005, smtp_port=3006) as mailbox:
        await mailbox.arrive(sender="Anna <anna@example.org>", subject="Hi", body="...")

The folder survives a restart. There is one account. Sent emails do not leave the machine: they are
kept in an outbox, and those sent to the account itself go into its inbox.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, Login
from pymap.backend.maildir.users import PasswordsFile, UsersFile
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

from local.children import owned
from local.mailbox import maildir
from local.mailbox.messages import Sent, envelope_line, read_sent, written
from local.mailbox.seeds import ADDRESS, NAME, SEEDS
from local.server import HOST, reserve

HOME = "account"
LARGEST_BYTES = 25_000_000  # of an email; what large providers accept
ROUNDS = 1_000  # of the password hash; few are enough for a long random password
IMAP_THREADS = 4

# It warns about its own successor at every login.
logging.getLogger("mail.log").setLevel(logging.ERROR)

type OnArrival = Callable[[], Awaitable[None]]


class LocalMailbox:
    """The account. `on_arrival` is awaited after an email has reached the inbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password = _password(folder)
        self.imap_port = self.smtp_port = 0
        self.on_arrival: OnArrival | None = None

    @property
    def imap_url(self) -> str:
        """The URL for BRAIN_IMAP_URL."""
        return f"imap://{quote(ADDRESS, safe='')}:{self.password}@{HOST}:{self.imap_port}/"

    @property
    def smtp_url(self) -> str:
        """The URL for BRAIN_SMTP_URL."""
        return f"smtp://{quote(ADDRESS, safe='')}:{self.password}@{HOST}:{self.smtp_port}/"

    @property
    def inbox(self) -> Path:
        """The folder of the inbox."""
        return self.folder / "imap" / HOME

    @property
    def outbox(self) -> Path:
        """The folder of the sent emails."""
        return self.folder / "outbox"

    async def arrive(self, *, sender: str, subject: str, body: str) -> str:
        """Deliver an email to the inbox; returns its Message-ID."""
        message = written(sender=sender, to=f"{NAME} <{ADDRESS}>", subject=subject, body=body)
        await self._deliver(message.as_bytes())
        return str(message["Message-ID"])

    def sent(self) -> list[Sent]:
        """Return all sent emails, in order."""
        return [read_sent(raw) for raw in maildir.emails(self.outbox)]

    async def take(self, envelope: Envelope) -> None:
        """Take an email from an SMTP client. It is stored before it is accepted."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        recipients = tuple(envelope.rcpt_tos)
        maildir.add(self.outbox, envelope_line(recipients) + raw, at=datetime.now(UTC))
        if ADDRESS in {recipient.lower() for recipient in recipients}:
            await self._deliver(raw)

    async def _deliver(self, raw: bytes) -> None:
        maildir.add(self.inbox, raw, at=datetime.now(UTC))
        if self.on_arrival is not None:
            await self.on_arrival()


@asynccontextmanager
async def local_mailbox(
    place: Path, *, imap_port: int = 0, smtp_port: int = 0, seeds: bool = True
) -> AsyncIterator[LocalMailbox]:
    """Serve the account until the block ends. Raises PortInUse, FolderInUse.

    With `seeds`, a new account starts with some emails.
    """
    with owned(place) as folder:
        mailbox = LocalMailbox(folder)
        if not mailbox.inbox.exists():
            _fill(mailbox, with_seeds=seeds)
        async with AsyncExitStack() as exits:
            mailbox.imap_port = await _serve_imap(exits, mailbox, imap_port)
            mailbox.smtp_port = await _serve_smtp(exits, mailbox, smtp_port)
            yield mailbox


class _ImapConfig(Config):
    """pymap's settings, without looking up our host name for each greeting."""

    @property
    def greeting(self) -> bytes:
        return b"Server ready"


async def _serve_imap(exits: AsyncExitStack, mailbox: LocalMailbox, port: int) -> int:
    base = mailbox.folder / "imap"
    threads = exits.enter_context(ThreadPoolExecutor(IMAP_THREADS))
    config = _ImapConfig(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=None,
        port=0,
        base_dir=str(base),
        layout="++",
        colon=None,
        tls_enabled=False,
        hash_context=BuiltinHash(rounds=ROUNDS),
        subsystem=Subsystem.for_executor(threads),
        cpu_subsystem=Subsystem.for_executor(threads),
    )
    async with (
        UsersFile.with_write(str(base)) as users,
        PasswordsFile.with_write(str(base)) as passwords,
    ):
        users.set(users.build_record(ADDRESS, HOME))
        hashed = config.hash_context.hash(mailbox.password)
        passwords.set(passwords.build_record(ADDRESS, hashed))
    config.apply_context()
    connected = ProxyProtocolReader(config.proxy_protocol).get_callback(
        IMAPServer(Login(config), config)
    )
    place = exits.enter_context(reserve(port=port))
    server = await asyncio.start_server(connected, sock=place)
    exits.callback(server.close)
    return int(place.getsockname()[1])


async def _serve_smtp(exits: AsyncExitStack, mailbox: LocalMailbox, port: int) -> int:
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            _SmtpHandler(mailbox),
            data_size_limit=LARGEST_BYTES,
            hostname="localhost",
            auth_require_tls=False,  # nobody else listens on this machine's loopback interface
            authenticator=_authenticator(mailbox),
            loop=loop,
        )

    place = exits.enter_context(reserve(port=port))
    server = await loop.create_server(protocol, sock=place)
    exits.callback(server.close)
    return int(place.getsockname()[1])


class _SmtpHandler:
    """The SMTP commands we handle. aiosmtpd prescribes the method names."""

    def __init__(self, mailbox: LocalMailbox) -> None:
        self._mailbox = mailbox

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        # Checked here, because the library's own switch logs a warning at every connection.
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._mailbox.take(envelope)
        return "250 Accepted"


def _authenticator(mailbox: LocalMailbox) -> Callable[..., AuthResult]:
    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        password = data.password if isinstance(data, LoginPassword) else b""
        is_right = secrets.compare_digest(password, mailbox.password.encode())
        return AuthResult(success=is_right, handled=False)  # False: the library answers

    return check


def _fill(mailbox: LocalMailbox, *, with_seeds: bool) -> None:
    """Create an inbox, a folder for sent emails, and some emails to read."""
    sent = mailbox.inbox / ".Sent"
    for folder in (mailbox.inbox, sent):
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    (sent / "maildirfolder").touch()
    now = datetime.now(UTC)
    for seed in SEEDS if with_seeds else ():
        message = written(sender=seed.sender, to=seed.to, subject=seed.subject, body=seed.body)
        at = now - seed.ago
        message.replace_header("Date", format_datetime(at))
        folder = sent if seed.is_sent else mailbox.inbox
        maildir.add(folder, message.as_bytes(), at=at, seen=seed.is_read)


def _password(folder: Path) -> str:
    """Return the account's password. It is kept, so that URLs with it stay valid."""
    file = folder / "password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()
