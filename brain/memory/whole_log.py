"""A user's whole log: the state store's entries, and older ones from the archive."""

from msgspec import Struct

from brain.codec.places import ListPage, ListPlace
from brain.errors import DatabaseUnreachable
from brain.memory.model import Found
from brain.memory.ports import Archive
from brain.memory.rules import found_in, has_words, is_after, place_of
from brain.run.messages import LogEntry
from brain.run.store import Page, StateStore
from brain.texts.words import asked_words

ASKED_CHARS = 1_000  # of a query; more words do not improve the result
FRESH = 1_000  # entries that are not in the archive; usually less than 40


class WholeLog(Struct, frozen=True, kw_only=True):
    """`Log` over the state store and the archive."""

    store: StateStore
    archive: Archive

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """Return the entries after the seq `since`, in order.

        The archive is read only if the state store no longer holds the first of them.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
        page = await self.store.read(user_id, since=since, limit=limit)
        if page.last_seq == 0:
            return await self._archived(user_id, since, limit, page)
        first = page.first_seq or page.last_seq + 1  # 0: the store has lost the log
        if since + 1 >= first:
            return page
        old = await self.archive.read(user_id, since=since, limit=limit)
        entries: list[LogEntry] = [entry for entry in old if entry.seq < first]
        known = entries[-1].seq if entries else since
        entries += [entry for entry in page.entries if entry.seq > known]
        return Page(
            entries=tuple(entries[:limit]), last_seq=page.last_seq, first_seq=page.first_seq
        )

    async def find(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[Found]:
        """Return a page of the entries that contain all words of the query, newest first.

        Entries that are not in the archive yet are looked through here.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
        words = asked_words(query[:ASKED_CHARS])
        if not words:
            return ListPage(rows=(), total=0)
        known = await self.archive.last_seq(user_id)
        fresh = await self.store.read(user_id, since=known, limit=FRESH)
        entries = [entry for entry in reversed(fresh.entries) if has_words(entry, words)]
        old = await self.archive.matching(user_id, words=words, limit=limit, after=after)
        rows = [*(found_in(entry, words) for entry in entries if is_after(entry, after)), *old.rows]
        has_more = len(rows) > limit or old.next is not None
        return ListPage(
            rows=rows[:limit],
            total=len(entries) + old.total,
            next=place_of(rows[limit - 1]) if has_more else None,
        )

    async def _archived(self, user_id: str, since: int, limit: int, empty: Page) -> Page:
        """Return the archived log of a user of whom the store has nothing: a new user, or one whose
        state is lost.
        """
        try:
            last_seq = await self.archive.last_seq(user_id)
            entries = await self.archive.read(user_id, since=since, limit=limit) if last_seq else ()
        except DatabaseUnreachable:
            return empty  # a new user needs no archive
        return Page(entries=tuple(entries), last_seq=last_seq, first_seq=last_seq + 1)
