"""A server that stops answering during a sync."""

import time

from brain.cloud.postgres.database import Postgres
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.server import ImapServer
from brain.email.model import Synced
from tests.email.test_imap import but, serving


async def test_an_interrupted_sync_reports_its_email_and_that_more_is_left(
    database: Postgres,
) -> None:
    async with serving(but(b"EXAMINE", b"")) as at:
        mailbox = ImapMailbox(ImapServer(at), database, now=time.monotonic)
        assert await mailbox.sync("silenced", limit_s=1) == Synced(new=(), more=True)
