"""An account on a real server, and its mirror."""

from __future__ import annotations

import math
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from imapclient import IMAPClient
from msgspec import Struct

from brain.cloud.postgres.database import Postgres
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.mirror import Mirror
from brain.email.imap.server import ImapServer
from brain.email.imap.sync import Sync
from brain.email.model import Email, EmailFound
from brain.email.postgres import PostgresEmails
from brain.email.settings import MailServer
from local.mailbox import maildir
from local.mailbox.dovecot import PASSWORD, Dovecot
from local.mailbox.server import LocalMailbox
from local.server import HOST

LIMIT_S = 60.0  # seconds for a sync; a busy machine needs some for a few hundred emails
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

type Delivery = tuple[bytes, datetime, bool]


class Server(Protocol):
    """The interface that Dovecot and the server of `make dev` share."""

    port: int
    password: str
    ssl_context: ssl.SSLContext | None

    def folder(self, user: str, name: str) -> Path:
        """The server's name for `inbox` or `sent`."""

    def deliver(self, folder: Path, deliveries: list[Delivery]) -> None:
        """Put emails there, with their times and whether they were read."""


class OnDovecot:
    def __init__(self, server: Dovecot) -> None:
        self._server = server
        self.port = server.port
        self.password = PASSWORD
        self.ssl_context: ssl.SSLContext | None = ssl.create_default_context(
            cafile=server.certificate
        )

    def folder(self, user: str, name: str) -> Path:
        return self._server.inbox(user) if name == "inbox" else self._server.sent(user)

    def deliver(self, folder: Path, deliveries: list[Delivery]) -> None:
        self._server.deliver(folder, deliveries)


class OnLocal:
    def __init__(self, mailbox: LocalMailbox) -> None:
        self._mailbox = mailbox
        self.port = mailbox.imap_port
        self.password = mailbox.password
        self.ssl_context: ssl.SSLContext | None = None

    def folder(self, user: str, name: str) -> Path:
        return self._mailbox.inbox if name == "inbox" else self._mailbox.inbox / ".Sent"

    def deliver(self, folder: Path, deliveries: list[Delivery]) -> None:
        for raw, at, seen in deliveries:
            maildir.add(folder, raw, at=at, seen=seen)


class Account(Struct, frozen=True, kw_only=True):
    """A separate mailbox on the server, and the user who has its mirror."""

    server: Server
    name: str
    user_id: str
    database: Postgres

    @property
    def at(self) -> MailServer:
        """The server's settings for the adapter."""
        return MailServer(
            host="localhost",
            port=self.server.port,
            tls=False,
            user=self.name,
            password=self.server.password,
        )

    @property
    def mailbox(self) -> ImapMailbox:
        """The mailbox under test."""
        return self.mailbox_by(time.monotonic)

    def mailbox_by(self, now: Callable[[], float]) -> ImapMailbox:
        """The same mailbox with another clock."""
        return ImapMailbox(self.imap, self.database, now=now)

    @property
    def imap(self) -> ImapServer:
        """The account's server."""
        return ImapServer(self.at, ssl_context=self.server.ssl_context)

    async def sync_once(self, *, window: int) -> None:
        """Check for deletions in windows of this size."""
        mirror = Mirror(self.database, self.user_id)
        async with self.imap.session() as session:
            sync = Sync(mirror, now=time.monotonic, until=math.inf, window=window)
            await sync.run(session)

    @property
    def emails(self) -> PostgresEmails:
        """The mirror."""
        return PostgresEmails(self.database)

    @property
    def inbox(self) -> Path:
        """The server's name for the folder."""
        return self.server.folder(self.name, "inbox")

    @contextmanager
    def program(self, folder: str = "INBOX") -> Iterator[Any]:
        """The user's mail program, with a folder open."""
        with IMAPClient(HOST, self.server.port, ssl=False, timeout=10) as client:
            client.login(self.name, self.server.password)
            client.select_folder(folder)
            yield client

    def arrive(
        self, *raws: bytes, at: datetime = NOW, seen: bool = False, folder: str = "inbox"
    ) -> None:
        """Deliver emails."""
        place = self.server.folder(self.name, folder)
        self.server.deliver(place, [(raw, at, seen) for raw in raws])

    async def new(self) -> list[str]:
        """Sync, mark the result as told, and return the subjects of the new emails."""
        synced = await self.mailbox.sync(self.user_id, limit_s=LIMIT_S)
        assert not synced.more
        await self.emails.mark_told(self.user_id, [email.id for email in synced.new])
        return [email.subject for email in synced.new]

    async def mirrored(self) -> list[EmailFound]:
        """Return all emails, newest first."""
        return list(await self.emails.search(self.user_id, query="", limit=10_000))

    async def subjects(self) -> list[str]:
        """Return the subjects of all emails, in alphabetical order."""
        return sorted(email.subject for email in await self.mirrored())

    async def read(self, subject: str) -> Email:
        """The email with this subject."""
        [id] = [email.id for email in await self.mirrored() if email.subject == subject]
        email = await self.emails.read(self.user_id, id)
        assert email is not None
        return email


def letter(
    subject: str,
    body: str = "Hello",
    *,
    sender: str = "Anna <anna@example.org>",
    message_id: str | None = None,
) -> bytes:
    """A plain email."""
    id = message_id or f"<{subject.replace(' ', '-')}@example.org>"
    return (
        f"From: {sender}\r\nTo: robin@brain.example\r\nSubject: {subject}\r\n"
        f"Date: Fri, 20 Nov 2026 11:00:00 +0000\r\nMessage-ID: {id}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"\r\n{body}\r\n"
    ).encode()
