"""Searches and reads the mirror of a mailbox in Postgres.

imap/mailbox.py and imap/mirror.py fill it.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.codec import Json, clean, dumps
from brain.email.model import Address, Attachment, Email, EmailFound, Folder
from brain.texts.words import asked_words, kept_words, passages

if TYPE_CHECKING:
    from psycopg import AsyncCursor

    from brain.cloud.postgres.database import Connection

    type Row = dict[str, Any]

ID = re.compile("[a-z2-7]{16}")
ASKED_CHARS = 1_000  # of a query; more words do not improve the result
LEAST_SHARE = 0.2  # of the best score; weaker matches only share a common word with the query
SAMPLE_CHARS = 500  # of a text, from which its language is detected
INDEXED_CHARS = 30_000  # of a text that is searchable: ten pages; a tsvector holds more
QUOTED = re.compile(r"^\s*>")  # a line quoted from an earlier email

READ = b"""
    select
        id, folder, message_id, in_reply_to, thread, sender, recipients, subject, at, text,
        attachments, unread
    from brain.emails
    where user_id = %(user_id)s and id = %(id)s
"""
TOLD = """
    update brain.emails set told = true where user_id = %(user_id)s and id = any(%(ids)s)
"""


class PostgresEmails:
    """`Emails` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        sender: str | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        unread: bool | None = None,
        limit: int,
    ) -> Sequence[EmailFound]:
        """Search for whole words; if none matches, search for beginnings of words."""
        words = asked_words(query[:ASKED_CHARS])
        people = _all_of(asked_words(clean(sender or "")[:ASKED_CHARS]))
        if (query.strip() and not words.strip()) or (sender and not people):
            return ()
        asked = {
            "user_id": user_id,
            "words": words,
            "share": LEAST_SHARE,
            "sender": people,
            "since": since,
            "before": before,
            "unread": unread,
            "limit": limit,
        }

        async def work(connection: "Connection") -> Sequence[EmailFound]:
            if not words.strip():
                return await _found(connection, "email_list", {**asked, "folder": ""})
            whole = await _found(connection, "email_search", {**asked, "ending": ""})
            return whole or await _found(connection, "email_search", {**asked, "ending": ":*"})

        return await self._database.run(work)

    async def read(self, user_id: str, email_id: str) -> Email | None:
        """Return one email by its id."""
        if not ID.fullmatch(email_id):
            return None

        async def work(connection: "Connection") -> Email | None:
            found = await rows(connection, READ, {"user_id": user_id, "id": email_id})
            return email_of(found[0]) if found else None

        return await self._database.run(work)

    async def newest(self, user_id: str, *, limit: int) -> Sequence[EmailFound]:
        """Return the latest emails of the inbox."""
        asked: Row = dict.fromkeys(("since", "before", "unread"))
        asked |= {"user_id": user_id, "folder": Folder.INBOX, "sender": "", "limit": limit}

        async def work(connection: "Connection") -> Sequence[EmailFound]:
            return await _found(connection, "email_list", asked)

        return await self._database.run(work)

    async def store(self, user_id: str, emails: Sequence[Email]) -> Sequence[Email]:
        """Store emails. Whether an email is new is decided by the insertion of its row."""

        async def work(connection: "Connection") -> Sequence[Email]:
            made = [
                (email, await insert(connection, user_id, email, told=True, brought=True))
                for email in in_order(emails)
            ]
            return [email for email, cursor in made if await cursor.fetchone() is not None]

        return await self._database.run(work)

    async def mark_told(self, user_id: str, email_ids: Sequence[str]) -> None:
        """Mark emails as reported. Unknown and malformed ids are ignored."""
        ids = [id for id in email_ids if ID.fullmatch(id)]

        async def work(connection: "Connection") -> None:
            await connection.execute(TOLD, {"user_id": user_id, "ids": ids})

        await self._database.run(work)


def in_order(emails: Sequence[Email]) -> list[Email]:
    """Return each email once, sorted by id: two concurrent writers lock in the same order, so they
    cannot deadlock.
    """
    return sorted({email.id: email for email in emails}.values(), key=lambda email: email.id)


async def insert(
    connection: "Connection", user_id: str, email: Email, *, told: bool, brought: bool = False
) -> "AsyncCursor[tuple[Any, ...]]":
    """Insert the email unless it exists. The returned cursor has a row if it was inserted."""
    values = {"user_id": user_id, "told": told, "brought": brought, **_values(email)}
    return await connection.execute(statement("email_insert"), values)


async def rows(connection: "Connection", sql: bytes, values: "Row") -> "list[Row]":
    """Return the rows of a query, each as a dict by column."""
    from psycopg.rows import dict_row

    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, values)
        return await cursor.fetchall()


def email_of(row: "Row") -> Email:
    """Build an email from its row."""
    people = {
        name: tuple(Address(**person) for person in row["recipients"][name])
        for name in ("to", "cc", "reply_to")
    }
    return Email(
        id=row["id"],
        folder=Folder(row["folder"]),
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=tuple(row["thread"]),
        sender=Address(**row["sender"]),
        subject=row["subject"],
        at=row["at"],
        text=row["text"],
        attachments=tuple(Attachment(**attachment) for attachment in row["attachments"]),
        unread=row["unread"],
        **people,
    )


def snippet(text: str, words: Sequence[str]) -> str:
    """Return the passage with most of the words or their beginnings; on a tie, the first."""
    return max(passages(text[:INDEXED_CHARS]), key=lambda passage: _matches(passage, words))


def _matches(passage: str, words: Sequence[str]) -> int:
    # Without `kept_words`, which would take longer than the search.
    plain = unicodedata.normalize("NFKC", passage).casefold() if words else ""
    return sum(word in plain for word in words)


def _all_of(words: str) -> str:
    """Build a tsquery for texts that contain, for each of these, a word that begins with it."""
    return " & ".join(f"'{word}':*" for word in words.split())


async def _found(connection: "Connection", name: str, asked: "Row") -> Sequence[EmailFound]:
    return [
        EmailFound(
            id=row["id"],
            folder=Folder(row["folder"]),
            sender=Address(**row["sender"]),
            subject=row["subject"],
            at=row["at"],
            unread=row["unread"],
            snippet=snippet(row["text"], row["lexemes"]),
        )
        for row in await rows(connection, statement(name), asked)
    ]


def _values(email: Email) -> "Row":
    """Return the parameters of `email_insert`: columns, and the words of the index."""
    recipients = {"to": email.to, "cc": email.cc, "reply_to": email.reply_to}
    named = [{**asdict(each), "name": clean(each.name)} for each in email.attachments]
    return {
        "id": email.id,
        "folder": email.folder.value,
        "message_id": clean(email.message_id),
        "in_reply_to": clean(email.in_reply_to),
        "thread": [clean(id) for id in email.references],
        "sender": dumps(_person(email.sender)),
        "recipients": dumps(
            {name: list(map(_person, those)) for name, those in recipients.items()}
        ),
        "subject": clean(email.subject),
        "at": email.at,
        "text": clean(email.text),
        "attachments": json.dumps(named),
        "unread": email.unread,
        **_index(email),
    }


def _index(email: Email) -> "Row":
    """Return the words by which an email is found, by their weight in the index."""
    subject = clean(email.subject)
    names = " ".join(clean(each.name) for each in email.attachments)
    people = [email.sender, *email.to, *email.cc]
    lines = clean(email.text)[:INDEXED_CHARS].split("\n")
    own = "\n".join(line for line in lines if not QUOTED.match(line))
    quoted = "\n".join(line for line in lines if QUOTED.match(line))
    return {
        "sample": kept_words(f"{subject} {own[:SAMPLE_CHARS]}"),
        "subject_words": kept_words(f"{subject} {names}"[:INDEXED_CHARS]),
        "people_words": kept_words(" ".join(map(str, people))[:INDEXED_CHARS]),
        "own_words": kept_words(own),
        "quoted_words": kept_words(quoted),
        "sender_words": kept_words(str(email.sender)),
    }


def _person(address: Address) -> Json:
    return {"address": clean(address.address), "name": clean(address.name)}
