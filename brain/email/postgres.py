"""Reads and fills the mirror of a mailbox in Postgres. `listing.py` lists and searches it.

imap/mailbox.py and imap/mirror.py fill it.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.cloud.postgres.renewal import Renewal
from brain.cloud.postgres.rows import all_of, dict_rows
from brain.codec import clean
from brain.codec.places import ListPage, ListPlace
from brain.email.listing import INBOX, EmailsWanted, listed
from brain.email.model import Address, Attachment, Email, EmailFound, Folder
from brain.email.rows import index_of, values_of
from brain.texts.words import asked_words

if TYPE_CHECKING:
    from psycopg import AsyncCursor

    from brain.cloud.postgres.database import Connection

    type Row = dict[str, Any]

ID = re.compile("[a-z2-7]{16}")

READ = b"""
    select
        id, folder, message_id, in_reply_to, thread, sender, recipients, subject, at, text,
        attachments, unread
    from brain.emails
    where user_id = %(user_id)s and id = any(%(ids)s)
"""
TOLD = """
    update brain.emails set told = true where user_id = %(user_id)s and id = any(%(ids)s)
"""
MARK_READ = b"""
    update brain.emails set unread = false where user_id = %(user_id)s and id = %(id)s
    returning id
"""
STALE = b"""
    select id from brain.emails
    where user_id = %(user_id)s and words < 2
    order by id
    limit %(page)s
    for update skip locked
"""
STALE_PAGE = 100  # emails that one search renews


class PostgresEmails:
    """`Emails` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database
        self._renewal = Renewal(STALE, _renew, page=STALE_PAGE)

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
        asked = EmailsWanted(query=query, sender=sender, since=since, before=before, unread=unread)
        return (await self._listed(user_id, asked, limit, None)).rows

    async def newest(self, user_id: str, *, limit: int) -> Sequence[EmailFound]:
        """Return the latest emails of the inbox."""
        return (await self._listed(user_id, INBOX, limit, None)).rows

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[EmailFound]:
        """Search as `search` does, or list as `newest` does."""
        asked = EmailsWanted(query=query) if query else INBOX
        return await self._listed(user_id, asked, limit, after)

    async def _listed(
        self, user_id: str, asked: EmailsWanted, limit: int, after: ListPlace | None
    ) -> ListPage[EmailFound]:
        async def work(connection: "Connection") -> ListPage[EmailFound]:
            if asked.folder is None:
                await self._renewal.run(connection, user_id)
            return await listed(connection, user_id, asked, limit=limit, after=after)

        return await self._database.run(work)

    async def read(self, user_id: str, email_id: str) -> Email | None:
        """Return one email by its id."""
        if not ID.fullmatch(email_id):
            return None

        async def work(connection: "Connection") -> Email | None:
            found = await dict_rows(connection, READ, {"user_id": user_id, "ids": [email_id]})
            return email_of(found[0]) if found else None

        return await self._database.run(work)

    async def mark_read(self, user_id: str, email_id: str) -> bool:
        """Update one row."""
        if not ID.fullmatch(email_id):
            return False

        async def work(connection: "Connection") -> bool:
            values = {"user_id": user_id, "id": email_id}
            return bool(await dict_rows(connection, MARK_READ, values))

        return await self._database.run(work)

    async def known(self, user_id: str, people: Sequence[Address]) -> Collection[Address]:
        """Search for the words of names and addresses, and then compare them whole."""
        asked = [one for one in people if asked_words(str(one)).strip()]
        values: Row = {
            "user_id": user_id,
            "addresses": [clean(one.address) for one in asked],
            "names": [clean(one.name) for one in asked],
            "words": [all_of(asked_words(str(one))) for one in asked],
        }

        async def work(connection: "Connection") -> Collection[Address]:
            await self._renewal.run(connection, user_id)
            found = await dict_rows(connection, statement("email_known"), values)
            return [asked[row["place"] - 1] for row in found]

        return await self._database.run(work)

    async def contacts(self, user_id: str, *, limit: int) -> Sequence[str]:
        """Read the recipients of the latest sent emails."""
        asked: Row = {"user_id": user_id, "limit": limit}

        async def work(connection: "Connection") -> Sequence[str]:
            found = await dict_rows(connection, statement("email_contacts"), asked)
            return [row["name"] for row in found]

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
    values = {"user_id": user_id, "told": told, "brought": brought, **values_of(email)}
    return await connection.execute(statement("email_insert"), values)


async def _renew(connection: "Connection", user_id: str, outdated: Sequence[tuple[str]]) -> None:
    """Rewrite the search words of emails that older code has stored."""
    wanted = {"user_id": user_id, "ids": [id for (id,) in outdated]}
    for row in await dict_rows(connection, READ, wanted):
        email = email_of(row)
        values = {"user_id": user_id, "id": email.id, **index_of(email)}
        await connection.execute(statement("email_renew"), values)


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
