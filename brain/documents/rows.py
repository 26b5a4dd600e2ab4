"""Writes a document's row in Postgres, and its passages for the search."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import statement
from brain.cloud.postgres.renewal import FORM, Renewal
from brain.cloud.postgres.rows import rows
from brain.documents.ports import Document
from brain.documents.rules import objection
from brain.errors import ToolFault
from brain.texts.words import kept_words, passages, sample_words

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

SAMPLE_CHARS = 2_000  # of a text, from which its language is detected

SELECT = b"""
    select id, title, body, updated_at, "foreign" from brain.documents
    where user_id = %(user_id)s and id = %(id)s
"""
LOCK = SELECT + b" for update"
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
# Longer than any run lasts, including its retries and an inspection.
FORGET = b"""
    delete from brain.operations
    where user_id = %(user_id)s and created_at < now() - interval '30 days'
"""
STALE = b"""
    select id, title, body from brain.documents
    where user_id = %(user_id)s and words < 2
    order by id
    limit %(page)s
    for update skip locked
"""
STALE_PAGE = 20  # documents that one search renews; each may have 200,000 characters
UNINDEX = "delete from brain.passages where user_id = %(user_id)s and document_id = %(id)s"


async def insert(connection: "Connection", row: dict[str, Any]) -> None:
    """Insert a document (`user_id`, `id`, `title`, `body`, `foreign`), unless its id exists."""
    if await has_row(connection, INSERT, row):
        await _index(connection, row)


async def change(connection: "Connection", row: dict[str, Any]) -> None:
    """Update a document's title, body and `foreign`. `row` has the keys that `insert` takes."""
    await connection.execute(CHANGE, row)
    await connection.execute(UNINDEX, row)
    await _index(connection, row)


def refuse(title: str, body: str) -> None:
    """Raise ToolFault if the text cannot be stored."""
    if reason := objection(title, body):
        raise ToolFault(f"Not saved: {reason}.")


async def rewrite(connection: "Connection", row: dict[str, Any]) -> Document:
    """Change a locked document and return it. Raises ToolFault for an invalid text."""
    refuse(row["title"], row["body"])
    await connection.execute(FORGET, row)
    await change(connection, row)
    [changed] = await rows(connection, Document, SELECT, row)
    return changed


def renewal() -> Renewal:
    """Return what brings passages of older code up to date."""
    return Renewal(STALE, _renew, page=STALE_PAGE)


async def _renew(
    connection: "Connection", user_id: str, outdated: Sequence[tuple[str, str, str]]
) -> None:
    for id, title, body in outdated:
        row = {"user_id": user_id, "id": id, "title": title, "body": body}
        await connection.execute(UNINDEX, row)
        await _index(connection, row)


async def _index(connection: "Connection", row: dict[str, Any]) -> None:
    """Insert the passages of a document that has none."""
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
            "sample": sample_words(sample),
            "form": FORM,
        },
    )


async def has_row(connection: "Connection", sql: bytes, values: dict[str, Any]) -> bool:
    """Whether the query returns a row. (In a pipeline, rowcount is unknown before a fetch.)"""
    return await (await connection.execute(sql, values)).fetchone() is not None
