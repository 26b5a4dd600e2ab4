"""An in-memory `Archive`."""

from collections.abc import Sequence
from datetime import datetime

from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.errors import DatabaseUnreachable
from brain.memory.model import Found
from brain.memory.rules import found_in, has_words, is_after, is_lasting, place_of, searched
from brain.run.messages import LogEntry
from brain.run.records import entry_from_wire, entry_to_wire
from brain.texts.words import asked_words, best_passage
from tests.fakes.documents import found


class FakeArchive:
    """Passes the contract of the real archive; its ranking counts words and ignores their language.

    Refuses every call while `refusing`.
    """

    def __init__(self, *, refusing: bool = False) -> None:
        self.refusing = refusing
        self._entries: dict[tuple[str, str], LogEntry] = {}

    async def store(self, user_id: str, entries: Sequence[LogEntry]) -> None:
        """Keep the first entry of each id. Times lose the precision that the wire form does not
        have.
        """
        self._check()
        for entry in entries:
            kept = entry_from_wire(entry_to_wire(entry))
            self._entries.setdefault((user_id, entry.id), kept)

    async def read(self, user_id: str, *, since: int, limit: int) -> Sequence[LogEntry]:
        """Return the entries; a later entry of a place replaces earlier ones."""
        self._check()
        places = {entry.seq: entry for entry in self._of(user_id) if entry.seq > since}
        return [places[seq] for seq in sorted(places)][:limit]

    async def search(
        self,
        user_id: str,
        *,
        query: str,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int,
    ) -> Sequence[Found]:
        """Return the entries that contain most of the words."""
        self._check()
        words = asked_words(query)
        scored = [
            Found(
                entry=entry,
                snippet=best_passage(searched(entry), words),
                score=float(found(set(words.split()), searched(entry))),
            )
            for entry in reversed(self._of(user_id))
            if is_lasting(entry)
            and (since is None or entry.created_at >= since)
            and (before is None or entry.created_at < before)
        ]
        if words.strip():
            scored = [one for one in scored if one.score]
        return sorted(scored, key=lambda one: -one.score)[:limit]

    async def matching(
        self, user_id: str, *, words: str, limit: int, after: ListPlace | None
    ) -> ListPage[Found]:
        """Return the entries that contain all of the words, newest first."""
        self._check()
        fitting = [e for e in reversed(self._of(user_id)) if has_words(e, words)]
        places = [found_in(e, words) for e in fitting if is_after(e, after)]
        return page_of_next(places, place_of, limit=limit, total=len(fitting))

    async def last_seq(self, user_id: str) -> int:
        """Return the highest seq of the user's entries."""
        self._check()
        return max((entry.seq for entry in self._of(user_id)), default=0)

    def seqs(self) -> list[int]:
        """The places that have an entry."""
        return sorted({entry.seq for entry in self._entries.values()})

    def _of(self, user_id: str) -> list[LogEntry]:
        """Return a user's entries in the order of their times."""
        mine = [entry for (owner, _), entry in self._entries.items() if owner == user_id]
        return sorted(mine, key=lambda entry: (entry.created_at, entry.id))

    def _check(self) -> None:
        if self.refusing:
            raise DatabaseUnreachable("refused")
