"""The archive of the log in Postgres. Its search works like that of documents
(see brain/documents/postgres.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.cloud.postgres.renewal import FORM, Renewal
from brain.cloud.postgres.rows import after_values, all_of
from brain.codec import note_unreadable
from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.errors import EntryUnreadable
from brain.memory.model import Found
from brain.memory.rules import found_in, is_lasting, place_of, searched
from brain.run.messages import LogEntry
from brain.run.records import ENTRY, entry_from_wire
from brain.texts.words import best_passage, kept_words, query_of, sample_words

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

ASKED_CHARS = 1_000  # of a query; more words do not improve the result
LEAST_SHARE = 0.2  # of the best score; below that, only a common word matches
SAMPLE_CHARS = 500  # of an entry, from which its language is detected
PAGE = 500  # entries without search words that one search completes

# An entry that is stored again stays as it is, unless it was taken back since. It only gets its
# search words if older code has stored it without them, or without the other forms of the words.
# One that was erased stays erased: a copy of it may be on its way. Its text is looked at, as `->>`
# refuses what has a NUL anywhere, and older code has stored such entries.
STORE = b"""
    insert into brain.archive (user_id, id, seq, at, entry, lasting, language, search, words)
    select
        %(user_id)s, id, seq, at, entry, lasting, language::text,
        to_tsvector('simple', given.words) || to_tsvector(language, given.words), %(form)s
    from
        unnest(
            %(ids)s::text[], %(seqs)s::bigint[], %(times)s::timestamptz[], %(entries)s::json[],
            %(lasting)s::boolean[], %(words)s::text[], %(samples)s::text[]
        ) as given (id, seq, at, entry, lasting, words, sample),
        brain.language_of(sample) as known (language)
    on conflict (user_id, id) do update set
        entry = excluded.entry, lasting = excluded.lasting, language = excluded.language,
        search = excluded.search, words = excluded.words
    where archive.entry::text !~ '"kind": ?"erased"' and (
        archive.search is null or archive.words < excluded.words or (
            (excluded.entry ->> 'withdrawn') is not null and (archive.entry ->> 'withdrawn') is null
        )
    )
"""
READ = b"""
    select distinct on (seq) entry from brain.archive
    where user_id = %(user_id)s and seq > %(since)s
    order by seq, at desc, id desc
    limit %(limit)s
"""
WORDLESS = b"""
    select entry from brain.archive
    where
        user_id = %(user_id)s and (search is null or words < 2)
        and entry::text !~ '"kind": ?"erased"'
    limit %(page)s
"""
LAST = b"""
    select max(seq) from brain.archive where user_id = %(user_id)s
"""
LATEST = b"""
    select entry, 0::float from brain.archive
    where
        user_id = %(user_id)s
        and lasting
        and at >= coalesce(%(since)s::timestamptz, '-infinity')
        and at < coalesce(%(before)s::timestamptz, 'infinity')
    order by at desc, id desc
    limit %(limit)s
"""


class PostgresArchive:
    """`Archive` in Postgres. It stores entries in their wire form."""

    def __init__(self, database: Postgres) -> None:
        self._database = database
        self._renewal = Renewal(WORDLESS, _make_words, page=PAGE)

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Store all entries in one statement."""
        await self._database.run(lambda connection: _store(connection, user_id, entries))

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """Read entries."""
        asked = {"user_id": user_id, "since": since, "limit": limit}

        async def work(connection: "Connection") -> Sequence[LogEntry]:
            rows = await (await connection.execute(READ, asked)).fetchall()
            return tuple(entry for (stored,) in rows if (entry := _legible(stored)) is not None)

        return await self._database.run(work)

    async def last_seq(self, user_id: str) -> int:
        """Return the highest seq."""

        async def work(connection: "Connection") -> int:
            rows = await connection.execute(LAST, {"user_id": user_id})
            row = await rows.fetchone()
            return (row and row[0]) or 0

        return await self._database.read(work)

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Found]:
        """Search for whole words; if there is no result, search for beginnings of words."""
        looked_for = query_of(query[:ASKED_CHARS])
        period = {"since": since, "before": before, "limit": limit}
        asked = {"user_id": user_id, **looked_for.parameters, "share": LEAST_SHARE, **period}

        async def work(connection: "Connection") -> Sequence[Found]:
            await self._renewal.run(connection, user_id)
            if not looked_for.words:
                return await _found(connection, LATEST, asked)
            sql = statement("history")
            whole = await _found(connection, sql, {**asked, "ending": ""})
            return whole or await _found(connection, sql, {**asked, "ending": ":*"})

        return await self._database.run(work)

    async def matching(
        self, user_id: str, *, words: str, limit: int, after: ListPlace | None
    ) -> ListPage[Found]:
        """Search for beginnings of words, in the form without accents."""
        wanted = {"user_id": user_id, "wanted": all_of(words), "limit": limit + 1}

        async def work(connection: "Connection") -> ListPage[Found]:
            await self._renewal.run(connection, user_id)
            asked = {**wanted, **after_values(after)}
            rows = await (await connection.execute(statement("talk"), asked)).fetchall()
            entries = [entry for stored, _ in rows if (entry := _legible(stored)) is not None]
            found = [found_in(entry, words) for entry in entries]
            return page_of_next(found, place_of, limit=limit, total=rows[0][1] if rows else 0)

        return await self._database.run(work)


def archived(entry: LogEntry) -> dict[str, Any]:
    """Return the form of an entry in the archive: as on the wire, without what follows from it."""
    form = ENTRY.encode(entry)
    form.pop("speech", None)
    form.pop("heard", None)
    return form


async def _store(connection: "Connection", user_id: str, entries: Sequence[LogEntry]) -> None:
    from psycopg.types.json import Json

    entries = list({entry.id: entry for entry in entries}.values())
    lasting = [is_lasting(entry) for entry in entries]
    texts = [
        searched(entry) if lasts else "" for entry, lasts in zip(entries, lasting, strict=True)
    ]
    row = {
        "user_id": user_id,
        "ids": [entry.id for entry in entries],
        "seqs": [entry.seq for entry in entries],
        "times": [entry.created_at for entry in entries],
        "entries": [Json(archived(entry)) for entry in entries],
        "lasting": lasting,
        "words": [kept_words(text) for text in texts],
        "samples": [sample_words(text[:SAMPLE_CHARS]) for text in texts],
        "form": FORM,
    }
    await connection.execute(STORE, row)


async def _make_words(
    connection: "Connection", user_id: str, outdated: Sequence[tuple[Any]]
) -> None:
    """Add search words to entries that older code stored without them."""
    found = (_legible(stored) for (stored,) in outdated)
    await _store(connection, user_id, [entry for entry in found if entry is not None])


async def _found(connection: "Connection", sql: bytes, asked: dict[str, Any]) -> Sequence[Found]:
    rows = await (await connection.execute(sql, asked)).fetchall()
    found = ((_legible(stored), score) for stored, score in rows)
    return tuple(
        Found(entry=entry, snippet=best_passage(searched(entry), asked["words"]), score=score)
        for entry, score in found
        if entry is not None
    )


def _legible(stored: Any) -> LogEntry | None:
    """Read an entry. None for one that newer code wrote."""
    try:
        return entry_from_wire(stored)
    except EntryUnreadable as error:
        note_unreadable(error)
        return None
