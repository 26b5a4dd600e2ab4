"""An in-memory `Documents`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from brain.codec.places import ListPage, ListPlace, page_of_next
from brain.documents.ports import Document, Passage
from brain.documents.rules import WHOLE_CHARS, objection, outdated, revised, stays_foreign, version
from brain.errors import DatabaseUnreachable, ToolFault
from brain.texts.words import asked_words, kept_words, passages


class FakeDocuments:
    """Passes the contract of the real documents; its ranking counts words and ignores their
    language.

    `is_away`: its database does not answer.
    """

    def __init__(self) -> None:
        self.is_away = False
        self._documents: dict[tuple[str, str], Document] = {}
        self._created: dict[tuple[str, str], str] = {}
        self._seen: dict[tuple[str, str], str] = {}
        self._done: set[tuple[str, str]] = set()

    async def create(
        self, user_id: str, *, title: str, body: str, foreign: bool, key: str
    ) -> Document:
        """Create a document; ids are numbers in order of creation."""
        self._answer()
        _refuse(title, body)
        id = self._created.setdefault((user_id, key), f"doc{len(self._created) + 1}")
        document = Document(
            id=id, title=title, body=body, updated_at=datetime.now(UTC), foreign=foreign
        )
        return self._documents.setdefault((user_id, id), document)

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """Return, for each document, the passage that contains most of the words."""
        self._answer()
        asked = set(asked_words(query).split())
        mine = [document for (owner, _), document in self._documents.items() if owner == user_id]
        best = [max(_passages(document, asked), key=_score) for document in mine]
        found = [passage for passage in best if passage.score > 0]
        return sorted(found, key=_score, reverse=True)[:limit]

    async def newest(self, user_id: str, *, limit: int) -> Sequence[Passage]:
        """Return the first passage of each document."""
        self._answer()
        mine = [document for (owner, _), document in self._documents.items() if owner == user_id]
        newest = sorted(mine, key=lambda document: document.updated_at, reverse=True)
        return [_passages(document, set())[0] for document in newest[:limit]]

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[Passage]:
        """Return what follows the last one that was shown."""
        most = len(self._documents)
        found = (
            await self.search(user_id, query=query, limit=most)
            if query
            else await self.newest(user_id, limit=most)
        )
        shown = [passage.document_id for passage in found]
        rest = found[shown.index(after.id) + 1 :] if after is not None else found
        return page_of_next(rest, _place, limit=limit, total=len(found))

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """Look the document up."""
        self._answer()
        return self._documents.get((user_id, document_id))

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
        """Update a document; keys are remembered forever."""
        self._answer()
        document = self._documents.get((user_id, document_id))
        if document is None or (user_id, key) in self._done:
            return document
        changed = replace(
            document,
            title=document.title if title is None else title,
            body=revised(document.body, body=body, append=append),
            updated_at=datetime.now(UTC),
            foreign=stays_foreign(document.foreign, foreign, title=title, body=body),
        )
        _refuse(changed.title, changed.body)
        self._done.add((user_id, key))
        self._documents[user_id, document_id] = changed
        return changed

    async def seen(self, user_id: str, document_id: str) -> str | None:
        """Return the copy of the body, if the document still exists."""
        self._answer()
        key = (user_id, document_id)
        return self._seen.get(key) if key in self._documents else None

    async def mark_seen(self, user_id: str, document_id: str, *, version: str) -> bool:
        """Copy the body."""
        self._answer()
        document = self._documents.get((user_id, document_id))
        if document is None or document.version != version:
            return False
        self._seen[user_id, document_id] = document.body
        return True

    async def mark_heard(self, user_id: str, text: str) -> None:
        """Copy each long body that the text contains."""
        self._answer()
        heard = " ".join(text.split())
        for (owner, id), document in self._documents.items():
            body = " ".join(document.body.split())
            if owner == user_id and len(document.body) > WHOLE_CHARS and body in heard:
                self._seen[owner, id] = document.body

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        """Delete a document; its key is remembered, as for an update."""
        self._answer()
        is_done = (user_id, key) in self._done
        if is_done or (user_id, document_id) not in self._documents:
            return is_done
        document = self._documents[user_id, document_id]
        if reason := outdated(document.title, document.body, version):
            raise ToolFault(f"Not deleted: {reason}.")
        self._done.add((user_id, key))
        del self._documents[user_id, document_id]
        return True

    def _answer(self) -> None:
        if self.is_away:
            raise DatabaseUnreachable("away")


def _refuse(title: str, body: str) -> None:
    if reason := objection(title, body):
        raise ToolFault(f"Not saved: {reason}.")


def _passages(document: Document, asked: set[str]) -> list[Passage]:
    return [
        Passage(
            document_id=document.id,
            title=document.title,
            version=version(document.title, document.body),
            snippet=text,
            score=float(found(asked, f"{document.title} {text}")),
            updated_at=document.updated_at,
            foreign=document.foreign,
        )
        for text in passages(document.body)
    ]


def found(asked: set[str], text: str) -> int:
    """Return how many of the words the text contains; the first three letters are enough."""
    words = kept_words(text).split()
    return sum(
        any(word == one or (len(one) >= 3 and word.startswith(one)) for word in words)
        for one in asked
    )


def _score(passage: Passage) -> float:
    return passage.score


def _place(passage: Passage) -> ListPlace:
    return ListPlace(at=passage.updated_at, id=passage.document_id, score=passage.score)
