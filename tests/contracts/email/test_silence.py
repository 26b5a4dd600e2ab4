"""A server that falls silent in the middle of a sync."""

import time

from brain.adapters.imap import ImapServer
from brain.adapters.mailbox import ImapMailbox
from brain.adapters.postgres import Postgres
from brain.domain.email import Synced
from tests.adapters.test_imap import but, serving


async def test_a_sync_that_is_cut_short_reports_what_it_has_and_that_there_is_more(
    database: Postgres,
) -> None:
    async with serving(but(b"EXAMINE", b"")) as at:
        mailbox = ImapMailbox(ImapServer(at), database, now=time.monotonic)
        assert await mailbox.sync("silenced", limit_s=1) == Synced(new=(), more=True)
