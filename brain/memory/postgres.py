"""Facts in Postgres. Their search works like that of documents (brain/documents/postgres.py)."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres, statement
from brain.cloud.postgres.renewal import FORM, Renewal
from brain.cloud.postgres.rows import ID, id_from_key, rows
from brain.codec import clean
from brain.errors import ToolFault
from brain.memory.model import Fact
from brain.memory.rules import MAX_FACTS, MAX_SOURCE_CHARS, fact_objection, full
from brain.texts.words import folded, kept_words, query_of, sample_words

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

ASKED_CHARS = 1_000  # of a query; more words do not improve the result
LEAST_SHARE = 0.2  # of the best score; below that, only a common word matches

# Without the lock, two transactions could each find room for the last fact, or each insert the same
# text.
ONE_AT_A_TIME = b"select pg_advisory_xact_lock(hashtextextended('facts of ' || %(user_id)s, 0))"
FIELDS = b'id, text, source, at, "foreign"'
KNOWN = b"""
    select %b from brain.facts
    where user_id = %%(user_id)s and (id = %%(id)s or digest = %%(digest)s)
    order by id = %%(id)s desc
    limit 1
""" % FIELDS  # fmt: skip
RENEW = b"""
    update brain.facts
    set
        at = now(),
        source = case when "foreign" and not %%(foreign)s then %%(source)s else source end,
        "foreign" = "foreign" and %%(foreign)s
    where user_id = %%(user_id)s and id = %%(id)s
    returning %b
""" % FIELDS  # fmt: skip
INSERT = b"""
    insert into brain.facts (user_id, id, text, digest, source, "foreign", language, search, words)
    select
        %%(user_id)s, %%(id)s, %%(text)s, %%(digest)s, %%(source)s, %%(foreign)s, language::text,
        to_tsvector('simple', %%(words)s) || to_tsvector(language, %%(words)s), %%(form)s
    from brain.language_of(%%(sample)s) as known (language)
    where (select count(*) from brain.facts where user_id = %%(user_id)s) < %%(most)s
    returning %b
""" % FIELDS  # fmt: skip
NEWEST = b"""
    select %b from brain.facts where user_id = %%(user_id)s order by at desc, id limit %%(limit)s
""" % FIELDS  # fmt: skip
ONE = b"select %b from brain.facts where user_id = %%(user_id)s and id = %%(id)s" % FIELDS
DELETE = b"""
    delete from brain.facts where user_id = %%(user_id)s and id = %%(id)s returning %b
""" % FIELDS  # fmt: skip


STALE = b"""
    select id, text from brain.facts
    where user_id = %(user_id)s and words < 2
    limit %(page)s
    for update skip locked
"""
REWORD = b"""
    update brain.facts
    set
        search = to_tsvector('simple', given.words)
            || to_tsvector(facts.language::regconfig, given.words),
        words = %(form)s
    from unnest(%(ids)s::text[], %(words)s::text[]) as given (id, words)
    where facts.user_id = %(user_id)s and facts.id = given.id
"""


class PostgresFacts:
    """`Facts` in Postgres."""

    def __init__(self, database: Postgres, *, most: int = MAX_FACTS) -> None:
        self._database = database
        self._most = most
        self._renewal = Renewal(STALE, _renew, page=most)

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        """Derive the fact's id from `key`, so that the same key stores only one fact."""
        if reason := fact_objection(text):
            raise ToolFault(f"Not remembered: {reason}.")
        row = {
            "user_id": user_id,
            "id": id_from_key(user_id, key),
            "text": text,
            "digest": hashlib.sha256(folded(text).encode()).hexdigest(),
            "source": clean(source)[:MAX_SOURCE_CHARS],
            "foreign": foreign,
            "words": kept_words(text),
            "sample": sample_words(text),
            "form": FORM,
            "most": self._most,
        }

        async def work(connection: "Connection") -> Fact:
            await connection.execute(ONE_AT_A_TIME, row)
            return await _kept(connection, row)

        return await self._database.run(work)

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        """Search for whole words; if there is no result, search for beginnings of words."""
        sql = statement("facts")
        looked_for = query_of(query[:ASKED_CHARS])
        asked = {"user_id": user_id, **looked_for.parameters, "limit": limit, "share": LEAST_SHARE}

        async def work(connection: "Connection") -> Sequence[Fact]:
            await self._renewal.run(connection, user_id)
            whole = await rows(connection, Fact, sql, {**asked, "ending": ""})
            return whole or await rows(connection, Fact, sql, {**asked, "ending": ":*"})

        return await self._database.run(work) if looked_for.words else ()

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        """Read the newest rows by the index on time."""
        asked = {"user_id": user_id, "limit": limit}
        return await self._database.read(lambda connection: rows(connection, Fact, NEWEST, asked))

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        """Read one row by its key."""
        if not ID.fullmatch(fact_id):
            return None
        named = {"user_id": user_id, "id": fact_id}
        found = await self._database.run(lambda connection: rows(connection, Fact, ONE, named))
        return found[0] if found else None

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        """Delete the row."""
        if not ID.fullmatch(fact_id):
            return None
        named = {"user_id": user_id, "id": fact_id}
        gone = await self._database.run(lambda connection: rows(connection, Fact, DELETE, named))
        return gone[0] if gone else None


async def _kept(connection: "Connection", row: dict[str, Any]) -> Fact:
    """Return the fact with this key; else renew the fact with this text; else insert a new fact.

    Raises ToolFault if the user has too many facts.
    """
    for known in await rows(connection, Fact, KNOWN, row):
        if known.id == row["id"]:
            return known
        [renewed] = await rows(connection, Fact, RENEW, {**row, "id": known.id})
        return renewed
    made = await rows(connection, Fact, INSERT, row)
    if not made:
        raise ToolFault(f"Not remembered: {full(row['most'])}.")
    return made[0]


async def _renew(
    connection: "Connection", user_id: str, outdated: Sequence[tuple[str, str]]
) -> None:
    """Rewrite the search words of facts that older code has stored."""
    values = {
        "user_id": user_id,
        "ids": [id for id, _ in outdated],
        "words": [kept_words(text) for _, text in outdated],
        "form": FORM,
    }
    await connection.execute(REWORD, values)
