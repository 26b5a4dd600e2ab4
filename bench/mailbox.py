"""Measures a mailbox: its first sync, each further sync, and searches in its mirror.

Dovecot and Postgres are real and run on this machine. Needs Dovecot, which `make test` installs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from imapclient import IMAPClient

from bench.tables import Table, ms, percentiles, ratio
from bench.timing import Action, Scale, in_turns, seconds_of
from brain.cloud.postgres.database import Postgres
from brain.email.imap.mailbox import ImapMailbox
from brain.email.imap.server import ImapServer
from brain.email.postgres import PostgresEmails
from brain.email.settings import MailServer
from local.engines import postgres
from local.mailbox.dovecot import PASSWORD, Dovecot, dovecot
from local.mailbox.letters import letters

EMAILS = 5_000
QUICK_EMAILS = 100
TIMES = 20  # repetitions of what takes a second
SEARCHES_EACH = 100  # repetitions of a search: the slowest of them is the 99th percentile
SLICE_S = 20.0  # seconds for one sync, as a function would allow
USER = "owner"
NAME = "robin"

SEARCHES: dict[str, dict[str, Any]] = {
    "search: a question with a rare word": {"query": "what did they say about letter no. 4711"},
    "search: words that many emails hold": {"query": "draft Thursday train harbour key"},
    "search: the beginning of a word": {"query": "plumb"},
    "search: a Japanese word": {"query": "水曜日の会議"},
    "search: a question, a sender and a time": {
        "query": "when is the dinner",
        "sender": "Anna",
        "since": datetime(2025, 1, 1, tzinfo=UTC),
    },
    "search: filters alone": {"query": "", "sender": "ben", "unread": True},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The account and its mirror."""

    server: Dovecot
    url: str
    database: Postgres
    context: ssl.SSLContext

    @property
    def mailbox(self) -> ImapMailbox:
        at = MailServer(
            host="localhost", port=self.server.tls_port, tls=True, user=NAME, password=PASSWORD
        )
        server = ImapServer(at, ssl_context=self.context)
        return ImapMailbox(server, self.database, now=time.monotonic)

    @property
    def emails(self) -> PostgresEmails:
        return PostgresEmails(self.database)


async def run(scale: Scale) -> list[Table]:
    """Measure one mailbox, from its first sync to searches in it."""
    count = QUICK_EMAILS if scale.is_quick else EMAILS
    async with _staged() as stage:
        made = [(one.raw, one.at, one.seen) for one in letters(count, seed=1)]
        stage.server.deliver(stage.server.inbox(NAME), made)
        return [
            await _first(stage, count),
            await _further(stage, scale),
            await _searches(stage, scale, count),
        ]


async def _first(stage: Stage, count: int) -> Table:
    await asyncio.to_thread(_load_all, stage)  # Dovecot builds its index
    floor = await seconds_of(lambda: asyncio.to_thread(_load_all, stage))
    sync = await seconds_of(lambda: _whole(stage))
    return Table(
        title=f"The first sync of {count} emails",
        columns=("in all", "an email", "ratio to floor"),
        rows=[
            ("floor: all of them over IMAP, then discarded", *_each(floor, count, floor)),
            ("sync: decoded, indexed and stored", *_each(sync, count, floor)),
        ],
    )


async def _further(stage: Stage, scale: Scale) -> Table:
    fresh = letters(10_000, seed=2)

    async def arrival() -> None:
        one = next(fresh)
        stage.server.deliver(stage.server.inbox(NAME), [(one.raw, one.at, False)])
        await _whole(stage)

    actions: dict[str, Action] = {
        "floor: log in and read the folder's state": partial(asyncio.to_thread, _ask_state, stage),
        "sync: nothing is new": partial(_whole, stage),
        "sync: an email has arrived": arrival,
    }
    times = await in_turns(scale.times(TIMES), actions)
    return percentiles("Each further sync", times, 95)


async def _searches(stage: Stage, scale: Scale, count: int) -> Table:
    async with await psycopg.AsyncConnection.connect(stage.url, autocommit=True) as connection:

        async def by_hand() -> None:
            query = "select id from brain.emails where search @@ plainto_tsquery('draft') limit 8"
            await (await connection.execute(query)).fetchall()

        actions: dict[str, Action] = {"floor: a plain query by hand": by_hand}
        for name, asked in SEARCHES.items():
            actions[name] = partial(_search, stage, asked)
        times = await in_turns(scale.times(SEARCHES_EACH), actions)
        return percentiles(f"A search in {count} emails", times, 99)


async def _search(stage: Stage, asked: dict[str, Any]) -> None:
    await stage.emails.search(USER, limit=8, **asked)


async def _whole(stage: Stage) -> None:
    while (await stage.mailbox.sync(USER, limit_s=SLICE_S)).more:
        pass


def _load_all(stage: Stage) -> None:
    with _client(stage) as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), 100):
            client.fetch(uids[start : start + 100], ["BODY.PEEK[]"])


def _ask_state(stage: Stage) -> None:
    with _client(stage) as client:
        client.folder_status("INBOX")


def _client(stage: Stage) -> Any:
    client = IMAPClient("localhost", stage.server.tls_port, ssl_context=stage.context)
    client.plain_login(NAME, PASSWORD)
    return client


def _each(seconds: float, count: int, floor: float) -> tuple[str, str, str]:
    return f"{seconds:.1f} s", ms(seconds / count), ratio(seconds, floor)


@asynccontextmanager
async def _staged() -> AsyncIterator[Stage]:
    folder = tempfile.mkdtemp(prefix="brain-mail-", dir="/tmp")
    os.chmod(folder, 0o755)  # Dovecot reads mail as user nobody, who must enter the folder
    try:
        async with postgres(Path(folder) / "postgres") as engine, dovecot(Path(folder)) as server:
            database = Postgres(engine.url)
            yield Stage(
                server=server,
                url=engine.url,
                database=database,
                context=ssl.create_default_context(cafile=server.certificate),
            )
            await database.close()
    finally:
        shutil.rmtree(folder)
