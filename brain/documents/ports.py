"""The user's documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from brain.codec import Named
from brain.documents.rules import version


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A text of the user's. `foreign`: others wrote it, or a part of it, or may have."""

    id: str
    title: str
    body: str
    updated_at: datetime
    foreign: bool

    @property
    def version(self) -> str:
        """What names the text as it is now: another text has another."""
        return version(self.title, self.body)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A place in a document that fits a query; where none was asked, its beginning and score 0.
    `snippet` quotes it; `version` names the document's whole text as it is.
    """

    document_id: Annotated[str, Named("id")]
    title: str
    version: str
    snippet: str
    score: float
    updated_at: datetime
    foreign: bool


class Documents(Protocol):
    """A user's documents. Nobody sees another user's.

    All methods raise DatabaseUnreachable; `create` and `update` raise ToolFault for a text that
    cannot be kept.
    """

    async def create(
        self, user_id: str, *, title: str, body: str, foreign: bool, key: str
    ) -> Document:
        """Store a document, once per idempotency `key`."""

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """The passages that fit best, best first."""

    async def newest(self, user_id: str, *, limit: int) -> Sequence[Passage]:
        """The documents that were changed last, newest first."""

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """The document, or None if this user has none of that id."""

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
        """Change what is given, once per `key`; None if this user has none of that id.

        A `foreign` change makes the document foreign. It stays so until one that is not replaces
        both title and body: then nothing of the others' text is left.
        """

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        """Whether this has deleted it for good, now or before under the same `key`; False if this
        user has none of that id. Raises ToolFault if its text is not that of the `version` named.
        """
