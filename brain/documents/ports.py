"""The port for the user's documents, and its values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol

from msgspec import Struct

from brain.codec import Named
from brain.codec.places import ListPage, ListPlace
from brain.documents.rules import version


class Document(Struct, frozen=True, kw_only=True):
    """A document of the user. `foreign` means that others wrote it or a part of it, or may have."""

    id: str
    title: str
    body: str
    updated_at: datetime
    foreign: bool

    @property
    def version(self) -> str:
        """The version of the current text: a hash that changes with the text."""
        return version(self.title, self.body)


class Passage(Struct, frozen=True, kw_only=True):
    """A part of a document that matches a query, quoted by `snippet`.

    Without a query it is the document's beginning, with score 0. `version` identifies the current
    text of the whole document.
    """

    document_id: Annotated[str, Named("id")]
    title: str
    version: str
    snippet: str
    score: float
    updated_at: datetime
    foreign: bool


class Documents(Protocol):
    """Stores documents per user. A user cannot access documents of other users.

    All methods raise DatabaseUnreachable; `create` and `update` raise ToolFault for a text that
    cannot be stored.
    """

    async def create(
        self, user_id: str, *, title: str, body: str, foreign: bool, key: str
    ) -> Document:
        """Store a document, once per idempotency `key`."""

    async def search(self, user_id: str, *, query: str, limit: int) -> Sequence[Passage]:
        """Return the passages that match best, best first."""

    async def newest(self, user_id: str, *, limit: int) -> Sequence[Passage]:
        """Return the documents that changed last, newest first."""

    async def listed(
        self, user_id: str, *, query: str, limit: int, after: ListPlace | None
    ) -> ListPage[Passage]:
        """Return a page of the documents, newest first, or of all that match the query, best first.

        `after` is the place at which the page before ended.
        """

    async def read(self, user_id: str, document_id: str) -> Document | None:
        """Return the document, or None if this user has none with that id."""

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
        """Change the given fields, once per `key`; None if this user has no document with that id.

        A `foreign` change makes the document foreign. It stays foreign until a change that is not
        foreign replaces both title and body: then no text by others is left.
        """

    async def seen(self, user_id: str, document_id: str) -> str | None:
        """Return the body as the user last saw it; None if they never saw it."""

    async def mark_seen(self, user_id: str, document_id: str, *, version: str) -> bool:
        """Note that the user has seen the whole text of this version.

        False means that this user has no document with that id and that text.
        """

    async def mark_heard(self, user_id: str, text: str) -> None:
        """Note that the user has heard this text, and so each document whose body is a part of it.

        Blanks and line ends do not matter. Only bodies of more than `WHOLE_CHARS` characters are
        looked for: a question shows the shorter ones whole in any case.
        """

    async def delete(
        self, user_id: str, document_id: str, *, key: str, version: str | None = None
    ) -> bool:
        """Delete the document permanently. Returns whether this `key` deleted it, now or before.

        False means that this user has no document with that id. Raises ToolFault if its text is
        not the text of `version`.
        """
