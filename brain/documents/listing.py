"""Lists and searches a user's documents in Postgres, page by page.

A search returns passages, ranks rare words higher, and handles stop words and word endings of
fourteen languages (see sql/search.sql). brain/texts/words.py splits the words, so that texts in
Chinese or with decomposed umlauts are found too.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import statement
from brain.cloud.postgres.rows import after_values, dict_rows, rows
from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.documents.ports import Passage
from brain.texts.words import query_of

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

ASKED_CHARS = 1_000  # of a query; more words do not improve the result
LEAST_SHARE = 0.2  # of the best score; weaker matches only share a common word with the query

FIELDS = Passage.__struct_fields__
NEWEST = b"""
    select
        id as document_id, title, brain.version_of(title, body) as version, text as snippet,
        0::float as score, updated_at, "foreign"
    from (
        select * from brain.documents
        where user_id = %(user_id)s and (%(after)s::text is null or (
            updated_at <= %(after_at)s::timestamptz
            and (updated_at < %(after_at)s::timestamptz or id > %(after)s::text)
        ))
        order by updated_at desc, id
        limit %(limit)s
    ) as newest
    join brain.passages as passage
        on passage.user_id = %(user_id)s
        and passage.document_id = newest.id
        and passage.number = 1
    order by updated_at desc, id
"""
COUNT = b"select count(*) from brain.documents where user_id = %(user_id)s"


async def newest(
    connection: "Connection", user_id: str, *, limit: int, after: ListPlace | None
) -> Sequence[Passage]:
    """Return the documents that changed last, newest first, after a place."""
    asked = {"user_id": user_id, "limit": limit, **after_values(after)}
    return await rows(connection, Passage, NEWEST, asked)


async def page_of_newest(
    connection: "Connection", user_id: str, *, limit: int, after: ListPlace | None
) -> ListPage[Passage]:
    """Return a page of all documents."""
    found = await newest(connection, user_id, limit=limit + 1, after=after)
    row = await (await connection.execute(COUNT, {"user_id": user_id})).fetchone()
    return page_of_next(found, _place, limit=limit, total=row[0] if row else 0)


async def found(
    connection: "Connection",
    user_id: str,
    query: str,
    *,
    limit: int,
    after: ListPlace | None = None,
) -> ListPage[Passage]:
    """Return a page of the documents with whole words of the query; if there are none, of those
    with words that begin so.
    """
    looked_for = query_of(query[:ASKED_CHARS])
    if not looked_for.words:
        return ListPage(rows=(), total=0)
    asked = {
        "user_id": user_id,
        **looked_for.parameters,
        "limit": limit + 1,
        "share": LEAST_SHARE,
        **after_values(after),
    }
    for ending in ("", ":*") if after is None else (after.ending,):
        sql = statement("search")
        some = await dict_rows(connection, sql, {**asked, "ending": ending})
        if some:
            place = partial(_place_of_row, ending=ending)
            page = page_of_next(some, place, limit=limit, total=some[0]["total"])
            passages = [Passage(**{name: row[name] for name in FIELDS}) for row in page.rows]
            return ListPage(rows=passages, total=page.total, next=page.next)
    return ListPage(rows=(), total=0)


def _place(passage: Passage) -> ListPlace:
    return ListPlace(at=passage.updated_at, id=passage.document_id)


def _place_of_row(row: dict[str, Any], ending: str) -> ListPlace:
    return ListPlace(at=row["updated_at"], id=row["document_id"], score=row["share"], ending=ending)
