"""Does a piece of work on an account in a process of its own, which is meant to be killed.

python -m tests.contracts.email.dying sync|send '<json>'

Prints a line for each step; "sent" comes between the server's yes and whatever follows.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import sys
import time
from datetime import UTC, datetime
from typing import Any

from brain.cloud.postgres.database import Postgres
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.server import ImapServer
from brain.email.model import Accepted, Address, Outgoing, Refused, Unsure
from brain.email.ports import Post
from brain.email.postgres import PostgresEmails
from brain.email.settings import MailServer
from brain.email.smtp import SmtpPost
from brain.email.tools import email_tools
from tests.contracts.email.invocations import invocation


class StopsAfterSending:
    """A post whose process stops after the server accepted the email."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @property
    def sender(self) -> Address:
        return self._post.sender

    async def send(self, outgoing: Outgoing) -> Accepted | Refused | Unsure:
        ended = await self._post.send(outgoing)
        print(f"sent {type(ended).__name__}", flush=True)
        await asyncio.Event().wait()
        return ended


async def sync(told: dict[str, Any]) -> None:
    """Repeat the work; print one line per step."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s", force=True)
    mailbox = ImapMailbox(_imap(told), Postgres(told["database"]), now=time.monotonic)
    while (await mailbox.sync(told["user_id"], limit_s=30)).more:
        pass
    print("whole", flush=True)


async def send(told: dict[str, Any]) -> None:
    """The email of the invocation."""
    database = Postgres(told["database"])
    smtp = MailServer(**told["smtp"])
    post = SmtpPost(smtp, Address(address=smtp.user), utc=lambda: datetime.now(UTC))
    tools = email_tools(
        PostgresEmails(database),
        ImapMailbox(_imap(told), database, now=time.monotonic),
        StopsAfterSending(post),
        owner=told["user_id"],
    )
    [tool] = [tool for tool in tools if tool.spec.name == "sendEmail"]
    await tool.run(invocation(told["user_id"]))


def _imap(told: dict[str, Any]) -> ImapServer:
    certificate = told["certificate"]
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    return ImapServer(MailServer(**told["imap"]), ssl_context=context)


if __name__ == "__main__":
    asyncio.run({"sync": sync, "send": send}[sys.argv[1]](json.loads(sys.argv[2])))
