"""An in-memory `Memory`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from brain.codec import clean
from brain.errors import ToolFault
from brain.memory.model import Fact
from brain.memory.rules import MAX_FACTS, MAX_SOURCE_CHARS, fact_objection, full
from brain.texts.words import asked_words, folded
from tests.fakes.documents import found


class FakeFacts:
    """Passes the contract of the real memory; its ranking counts words and ignores their language.

    A user's facts are in the order of their times, newest last.
    """

    def __init__(self, *, most: int = MAX_FACTS) -> None:
        self._most = most
        self._facts: dict[str, dict[str, Fact]] = {}
        self._ids: dict[tuple[str, str], str] = {}

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        """Store a fact; ids are numbers in order of creation."""
        if reason := fact_objection(text):
            raise ToolFault(f"Not remembered: {reason}.")
        mine = self._facts.setdefault(user_id, {})
        id = self._ids.setdefault((user_id, key), f"fact{len(self._ids) + 1}")
        if id in mine:
            return mine[id]
        source = clean(source)[:MAX_SOURCE_CHARS]
        new = Fact(id=id, text=text, source=source, at=datetime.now(UTC), foreign=foreign)
        for known in mine.values():
            if folded(known.text) == folded(text):
                mine[known.id] = renewed = _renewed(mine.pop(known.id), new)
                return renewed
        if len(mine) >= self._most:
            raise ToolFault(f"Not remembered: {full(self._most)}.")
        mine[id] = new
        return new

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        """Return the facts that contain most of the words."""
        asked = set(asked_words(query).split())
        scores = {fact.id: found(asked, fact.text) for fact in self._newest(user_id)}
        fitting = [fact for fact in self._newest(user_id) if scores[fact.id]]
        return sorted(fitting, key=lambda fact: -scores[fact.id])[:limit]

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        """Return the facts, newest first."""
        return self._newest(user_id)[:limit]

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        """Look the fact up."""
        return self._facts.get(user_id, {}).get(fact_id)

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        """Remove the fact."""
        return self._facts.get(user_id, {}).pop(fact_id, None)

    def _newest(self, user_id: str) -> list[Fact]:
        return list(self._facts.get(user_id, {}).values())[::-1]


def _renewed(known: Fact, new: Fact) -> Fact:
    cleared = known.foreign and not new.foreign
    return replace(
        known,
        at=new.at,
        source=new.source if cleared else known.source,
        foreign=known.foreign and new.foreign,
    )
