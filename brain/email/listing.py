"""Lists and searches the mirror of a mailbox in Postgres, page by page."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from brain.cloud.postgres.database import statement
from brain.cloud.postgres.rows import after_values, all_of, dict_rows
from brain.codec import clean
from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.email.model import Address, EmailFound, Folder
from brain.email.rows import INDEXED_CHARS
from brain.texts.forms import base
from brain.texts.words import asked_words, passages, query_of

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

    type Row = dict[str, Any]

ASKED_CHARS = 1_000  # of a query; more words do not improve the result
LEAST_SHARE = 0.2  # of the best score; weaker matches only share a common word with the query
COUNT = b"""
    select count(*) from brain.emails
    where user_id = %(user_id)s and (%(folder)s = '' or folder = %(folder)s)
"""


class EmailsWanted(Struct, frozen=True, kw_only=True):
    """What is looked for. Without a query all emails that pass the filters, newest first."""

    query: str = ""
    folder: Folder | None = None
    sender: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    unread: bool | None = None


INBOX = EmailsWanted(folder=Folder.INBOX)


async def listed(
    connection: "Connection",
    user_id: str,
    asked: EmailsWanted,
    *,
    limit: int,
    after: ListPlace | None,
) -> ListPage[EmailFound]:
    """Return a page of the emails. `total` counts those that match the query; without a query all
    of the folder, and for filters alone it is 0.
    """
    looked_for = query_of(asked.query[:ASKED_CHARS])
    people = all_of(asked_words(clean(asked.sender or "")[:ASKED_CHARS]))
    if (asked.query.strip() and not looked_for.words) or (asked.sender and not people):
        return ListPage(rows=(), total=0)
    values: Row = {
        "user_id": user_id,
        **looked_for.parameters,
        "share": LEAST_SHARE,
        "folder": asked.folder or "",
        "sender": people,
        "since": asked.since,
        "before": asked.before,
        "unread": asked.unread,
        "limit": limit + 1,
        **after_values(after),
    }
    if not looked_for.words:
        return await _newest(connection, values, limit)
    for ending in ("", ":*") if after is None else (after.ending,):
        rows = await dict_rows(connection, statement("email_search"), {**values, "ending": ending})
        if rows:
            return _page(rows, limit=limit, total=rows[0]["total"], ending=ending)
    return ListPage(rows=(), total=0)


async def _newest(connection: "Connection", values: "Row", limit: int) -> ListPage[EmailFound]:
    rows = await dict_rows(connection, statement("email_list"), values)
    [row] = await dict_rows(connection, COUNT, values) if values["folder"] else [{"count": 0}]
    return _page(rows, limit=limit, total=row["count"])


def _page(
    rows: "Sequence[Row]", *, limit: int, total: int, ending: str = ""
) -> ListPage[EmailFound]:
    def place(row: "Row") -> ListPlace:
        return ListPlace(at=row["at"], id=row["id"], score=row["score"], ending=ending)

    page = page_of_next(rows, place, limit=limit, total=total)
    return ListPage(rows=[_found(row) for row in page.rows], total=total, next=page.next)


def _found(row: "Row") -> EmailFound:
    return EmailFound(
        id=row["id"],
        folder=Folder(row["folder"]),
        sender=Address(**row["sender"]),
        subject=row["subject"],
        at=row["at"],
        unread=row["unread"],
        snippet=snippet(row["text"], row["lexemes"]),
    )


def snippet(text: str, words: Sequence[str]) -> str:
    """Return the passage with most of the words or their beginnings; on a tie, the first."""
    return max(passages(text[:INDEXED_CHARS]), key=lambda passage: _matches(passage, words))


def _matches(passage: str, words: Sequence[str]) -> int:
    # Without `kept_words`, which would take longer than the search.
    plain = unicodedata.normalize("NFKC", passage).casefold() if words else ""
    both = plain if plain.isascii() else f"{plain}\n{base(plain)}"
    return sum(word in both for word in words)
