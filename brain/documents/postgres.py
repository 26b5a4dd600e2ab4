"""Stores documents in Postgres.

`listing.py` lists and searches them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import ID, id_from_key, rows
from brain.codec.places import ListPage, ListPlace
from brain.documents.anchors import difference
from brain.documents.edit_rows import LockedDocument
from brain.documents.editing import Author, EditedDocument, OnEdit, told_to_nobody
from brain.documents.listing import found, newest, page_of_newest
from brain.documents.ports import Document, Passage
from brain.documents.rows import FORGET, LOCK, SELECT, has_row, insert, refuse, renewal
from brain.documents.rules import WHOLE_CHARS, outdated, revised
from brain.errors import ToolFault

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

SEEN = b"select seen from brain.documents where user_id = %(user_id)s and id = %(id)s"
MARK_SEEN = b"""
    update brain.documents set seen = body
    where user_id = %(user_id)s and id = %(id)s and brain.version_of(title, body) = %(version)s
    returning true
"""
MARK_HEARD = rb"""
    update brain.documents set seen = body
    where user_id = %(user_id)s and char_length(body) > %(least)s and seen is distinct from body
        and position(btrim(regexp_replace(body, '\s+', ' ', 'g')) in %(text)s) > 0
"""
DELETE = b"delete from brain.documents where user_id = %(user_id)s and id = %(id)s"
DONE = b"select true from brain.operations where user_id = %(user_id)s and key = %(key)s"
REMEMBER = b"""
    insert into brain.operations (user_id, key)
    select user_id, %(key)s from brain.documents where user_id = %(user_id)s and id = %(id)s
    on conflict do nothing
    returning true
"""


class PostgresDocuments:
    """`Documents` in Postgres."""

    def __init__(self, database: Postgres, *, told: OnEdit = told_to_nobody) -> None:
        """`told` is called with each change, after it was stored."""
        self._database = database
        self._told = told
        self._renewal = renewal()

    async def create(
        self, user_id: str, *, title: str, body: str, foreign: bool, key: str
    ) -> Document:
        """Create a document. Its id is derived from the key, so a repeated call finds it."""
        refuse(title, body)
        text = {"title": title, "body": body, "foreign": foreign}
        row = {"user_id": user_id, "id": id_from_key(user_id, key), **text}

        async def work(connection: "Connection") -> Document:
            await insert(connection, row)
            [document] = await rows(connection, Document, SELECT, row)
            return document

        return await self._database.run(work)

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """Search for whole words; if none matches, search for beginnings of words."""

        async def work(connection: "Connection") -> Sequence[Passage]:
            await self._renewal.run(connection, user_id)
            return (await found(connection, user_id, query, limit=limit)).rows

        return await self._database.run(work)

    async def newest(self, user_id: str, *, limit: int) -> Sequence[Passage]:
        """Return the documents that changed last, by the index of `updated_at`."""
        return await self._database.run(
            lambda connection: newest(connection, user_id, limit=limit, after=None)
        )

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[Passage]:
        """Search as `search` does, or list as `newest` does."""

        async def work(connection: "Connection") -> ListPage[Passage]:
            if not query:
                return await page_of_newest(connection, user_id, limit=limit, after=after)
            await self._renewal.run(connection, user_id)
            return await found(connection, user_id, query, limit=limit, after=after)

        return await self._database.run(work)

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """Return one document by its id."""
        if not ID.fullmatch(document_id):
            return None
        row = {"user_id": user_id, "id": document_id}

        async def work(connection: "Connection") -> Document | None:
            found = await rows(connection, Document, SELECT, row)
            return found[0] if found else None

        return await self._database.run(work)

    async def update(
        self,
        user_id: str,
        document_id: str,
        *,
        key: str,
        foreign: bool,
        title: str | None = None,
        body: str | None = None,
        append: str | None = None,
    ) -> Document | None:
        """Change a document, as its user. The same transaction stores the key and the change."""
        if not ID.fullmatch(document_id):
            return None
        named = {"user_id": user_id, "id": document_id, "key": key}

        async def work(connection: "Connection") -> EditedDocument | None:
            is_first = await has_row(connection, REMEMBER, named)
            locked = await LockedDocument.of(connection, named)
            if locked is None or not is_first:
                return None if locked is None else locked.edited()
            old = locked.document.body
            edit = difference(old, revised(old, body=body, append=append))
            is_whole = body is not None
            await locked.make(edit, Author(), foreign=foreign, title=title, is_whole=is_whole)
            return locked.edited()

        edited = await self._database.run(work)
        if edited is None:
            return None
        await self._told(user_id, edited)
        return edited.document

    async def seen(self, user_id: str, document_id: str) -> str | None:
        """Return the body as the user last saw it."""
        named = {"user_id": user_id, "id": document_id}

        async def work(connection: "Connection") -> str | None:
            row = await (await connection.execute(SEEN, named)).fetchone()
            return row[0] if row else None

        return await self._database.run(work) if ID.fullmatch(document_id) else None

    async def mark_seen(self, user_id: str, document_id: str, *, version: str) -> bool:
        """Copy the body, if the document still has this version."""
        named = {"user_id": user_id, "id": document_id, "version": version}
        if not ID.fullmatch(document_id):
            return False
        return await self._database.run(lambda connection: has_row(connection, MARK_SEEN, named))

    async def mark_heard(self, user_id: str, text: str) -> None:
        """Copy each body that the text contains."""
        whole = " ".join(text.split())
        heard = {"user_id": user_id, "text": whole, "least": WHOLE_CHARS}

        async def work(connection: "Connection") -> None:
            await connection.execute(MARK_HEARD, heard)

        if len(whole) > WHOLE_CHARS:
            await self._database.run(work)

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        """Delete a document and its passages. The same transaction stores the key."""
        if not ID.fullmatch(document_id):
            return False
        named = {"user_id": user_id, "id": document_id, "key": key}

        async def work(connection: "Connection") -> bool:
            # Lock first: if two calls delete it with different keys, the second finds it deleted.
            found = await rows(connection, Document, LOCK, named)
            if not found:
                return await has_row(connection, DONE, named)
            if not await has_row(connection, REMEMBER, named):
                return True
            [document] = found
            if reason := outdated(document.title, document.body, version):
                raise ToolFault(f"Not deleted: {reason}.")
            await connection.execute(FORGET, named)
            await connection.execute(DELETE, named)
            return True

        return await self._database.run(work)
