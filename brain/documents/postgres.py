"""Documents in Postgres.

A search finds passages rather than documents, ranks by how rare the words are among the user's
documents, and knows stop words and endings of fourteen languages (see sql/search.sql). Words are
made by brain/texts/words.py, so that a Chinese or a decomposed German text is found as well.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.cloud.postgres.rows import ID, id_from_key, rows
from brain.documents.ports import Document, Passage
from brain.documents.rules import objection, outdated, revised, stays_foreign
from brain.errors import ToolFault
from brain.texts.words import asked_words, kept_words, passages

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

ASKED_CHARS = 1_000  # of a query; more words do not find better
LEAST_SHARE = 0.2  # of the best score: what fits less only shares a common word with the query
SAMPLE_CHARS = 2_000  # of a text that tell its language

INSERT = b"""
    insert into brain.documents (user_id, id, title, body, "foreign")
    values (%(user_id)s, %(id)s, %(title)s, %(body)s, %(foreign)s)
    on conflict do nothing
    returning true
"""
CHANGE = b"""
    update brain.documents
    set title = %(title)s, body = %(body)s, "foreign" = %(foreign)s, updated_at = now()
    where user_id = %(user_id)s and id = %(id)s
"""
UNINDEX = "delete from brain.passages where user_id = %(user_id)s and document_id = %(id)s"
SELECT = b"""
    select id, title, body, updated_at, "foreign" from brain.documents
    where user_id = %(user_id)s and id = %(id)s
"""
LOCK = SELECT + b" for update"
NEWEST = b"""
    select
        id as document_id, title, brain.version_of(title, body) as version, text as snippet,
        0::float as score, updated_at, "foreign"
    from (
        select * from brain.documents
        where user_id = %(user_id)s
        order by updated_at desc, id
        limit %(limit)s
    ) as newest
    join brain.passages as passage
        on passage.user_id = %(user_id)s
        and passage.document_id = newest.id
        and passage.number = 1
    order by updated_at desc, id
"""
DELETE = b"delete from brain.documents where user_id = %(user_id)s and id = %(id)s"
DONE = b"select true from brain.operations where user_id = %(user_id)s and key = %(key)s"
REMEMBER = b"""
    insert into brain.operations (user_id, key)
    select user_id, %(key)s from brain.documents where user_id = %(user_id)s and id = %(id)s
    on conflict do nothing
    returning true
"""
# Longer than any run lasts, its retries and an inspection included.
FORGET = b"""
    delete from brain.operations
    where user_id = %(user_id)s and created_at < now() - interval '30 days'
"""


class PostgresDocuments:
    """`Documents` in Postgres. Raises ToolFault for a text that cannot be kept."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    async def create(
        self, user_id: str, *, title: str, body: str, foreign: bool, key: str
    ) -> Document:
        """The id comes from the key: the same key is the same document."""
        refuse(title, body)
        text = {"title": title, "body": body, "foreign": foreign}
        row = {"user_id": user_id, "id": id_from_key(user_id, key), **text}

        async def work(connection: "Connection") -> Document:
            await insert(connection, row)
            [document] = await rows(connection, Document, SELECT, row)
            return document

        return await self._database.run(work)

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """Whole words first; beginnings of words when no whole word fits."""
        sql = statement("search")
        words = asked_words(query[:ASKED_CHARS])
        asked = {"user_id": user_id, "words": words, "limit": limit, "share": LEAST_SHARE}

        async def work(connection: "Connection") -> Sequence[Passage]:
            whole = await rows(connection, Passage, sql, {**asked, "ending": ""})
            return whole or await rows(connection, Passage, sql, {**asked, "ending": ":*"})

        return await self._database.run(work) if words.strip() else ()

    async def newest(self, user_id: str, *, limit: int) -> Sequence[Passage]:
        """From the index of their times."""
        asked = {"user_id": user_id, "limit": limit}
        return await self._database.run(lambda connection: rows(connection, Passage, NEWEST, asked))

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """One row by its key."""
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
        """The key is remembered in the transaction that changes the document."""
        if not ID.fullmatch(document_id):
            return None
        named = {"user_id": user_id, "id": document_id, "key": key}

        async def work(connection: "Connection") -> Document | None:
            first = await _has_row(connection, REMEMBER, named)
            found = await rows(connection, Document, LOCK, named)
            if not found or not first:
                return found[0] if found else None
            [document] = found
            new_title = document.title if title is None else title
            new_body = revised(document.body, body=body, append=append)
            is_foreign = stays_foreign(document.foreign, foreign, title=title, body=body)
            refuse(new_title, new_body)
            await connection.execute(FORGET, named)
            text = {"title": new_title, "body": new_body, "foreign": is_foreign}
            await change(connection, {**named, **text})
            [changed] = await rows(connection, Document, SELECT, named)
            return changed

        return await self._database.run(work)

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        """The row goes and all its passages; the key stays, in the same transaction."""
        if not ID.fullmatch(document_id):
            return False
        named = {"user_id": user_id, "id": document_id, "key": key}

        async def work(connection: "Connection") -> bool:
            # Locked first: of two who delete it under different keys, one finds it gone.
            found = await rows(connection, Document, LOCK, named)
            if not found:
                return await _has_row(connection, DONE, named)
            if not await _has_row(connection, REMEMBER, named):
                return True
            [document] = found
            if reason := outdated(document.title, document.body, version):
                raise ToolFault(f"Not deleted: {reason}.")
            await connection.execute(FORGET, named)
            await connection.execute(DELETE, named)
            return True

        return await self._database.run(work)


def refuse(title: str, body: str) -> None:
    """Raise ToolFault if the text cannot be kept."""
    if reason := objection(title, body):
        raise ToolFault(f"Not saved: {reason}.")


async def insert(connection: "Connection", row: dict[str, Any]) -> None:
    """Keep a new document (`user_id`, `id`, `title`, `body`, `foreign`); one of this id stays as it
    is.
    """
    if await _has_row(connection, INSERT, row):
        await _index(connection, row)


async def change(connection: "Connection", row: dict[str, Any]) -> None:
    """Give the document of this id a new title and body, and say whether it is foreign now."""
    await connection.execute(CHANGE, row)
    await connection.execute(UNINDEX, row)
    await _index(connection, row)


async def _index(connection: "Connection", row: dict[str, Any]) -> None:
    """Make the passages of a document that has none."""
    texts = passages(row["body"])
    sample = f"{row['title']} {row['body'][:SAMPLE_CHARS]}"
    await connection.execute(
        statement("index"),
        {
            "user_id": row["user_id"],
            "id": row["id"],
            "title": kept_words(row["title"]),
            "texts": list(texts),
            "words": [kept_words(text) for text in texts],
            "sample": kept_words(sample),
        },
    )


async def _has_row(connection: "Connection", sql: bytes, values: dict[str, Any]) -> bool:
    """Whether there is a row. (In a pipeline, rowcount is not known until one fetches.)"""
    return await (await connection.execute(sql, values)).fetchone() is not None
