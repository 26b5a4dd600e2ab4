"""The email account: an IMAP server and its mirror in Postgres. sync.py does the sync."""

import asyncio
from collections.abc import Callable
from functools import partial

from brain.cloud.postgres.database import Postgres
from brain.email.imap.commands import INBOX, Commands
from brain.email.imap.mirror import Mirror
from brain.email.imap.server import ImapServer
from brain.email.imap.sync import Sync
from brain.email.model import Folder, Synced
from brain.errors import MailboxUnreachable

RESERVE_S = 1.0  # seconds of a sync reserved for reporting new email


class ImapMailbox:
    """`Mailbox` over IMAP, mirrored in Postgres."""

    def __init__(self, server: ImapServer, database: Postgres, *, now: Callable[[], float]) -> None:
        """`now` is a monotonic clock, in seconds."""
        self._server = server
        self._database = database
        self._now = now

    async def sync(self, user_id: str, *, limit_s: float) -> Synced:
        """Update the mirror and report new email.

        Email that was reported but not marked as told within a minute is reported again.
        """
        mirror = Mirror(self._database, user_id)
        seconds = max(limit_s - RESERVE_S, RESERVE_S)
        sync = Sync(mirror, now=self._now, until=self._now() + seconds)
        try:
            async with asyncio.timeout(seconds), self._server.session() as session:
                await sync.run(session)
        except TimeoutError:
            if not sync.has_begun:
                raise MailboxUnreachable(f"no answer from the mailbox in {seconds:g} s") from None
        return Synced(new=await mirror.claim(), more=not sync.is_whole)

    async def mark_read(self, user_id: str, email_id: str) -> None:
        """Mark the email as read where the last sync has found it in the inbox."""
        places = await Mirror(self._database, user_id).places(Folder.INBOX, email_id)
        if places:
            async with self._server.session() as session:
                await session.do(partial(Commands.mark_read, folder=INBOX, places=places))

    async def find_sent(self, message_id: str) -> bool:
        """Whether the server finds an email with this Message-ID in the folder of sent email."""
        async with self._server.session() as session:
            return await session.do(partial(_is_sent, message_id=message_id))

    async def keep_sent(self, message_id: str, raw: bytes) -> None:
        """Store a sent email, unless a search finds it: many servers store what they send."""
        async with self._server.session() as session:
            await session.do(partial(_keep, message_id=message_id, raw=raw))


def _is_sent(commands: Commands, *, message_id: str) -> bool:
    name = commands.sent_folder()
    if name is None:
        return False
    commands.open(name)
    return commands.holds(message_id)


def _keep(commands: Commands, *, message_id: str, raw: bytes) -> None:
    if not _is_sent(commands, message_id=message_id):
        commands.append(commands.sent_folder() or commands.make_sent_folder(), raw)
