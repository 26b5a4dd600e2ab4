"""The port for changes of documents by anchors, and its values."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from brain.documents.ports import Document
from brain.errors import BrainError

USER = "user"


class Author(Struct, frozen=True, kw_only=True):
    """Who changes a document: the user, or a mind that works for them, by its label."""

    label: str = USER
    mind_id: str | None = None


class Edit(Struct, frozen=True, kw_only=True):
    """A change of a document. `place` counts the changes of one document from 1.

    proposed: the user has just changed this paragraph, so a mind's change waits for them.
    """

    place: int
    author: str
    find: str
    replace: str
    state: Literal["done", "proposed", "undone", "dismissed"]
    at: datetime


class EditedDocument(Struct, frozen=True, kw_only=True):
    """A document after a change. `edit` is None if nothing was changed, or not for the first time.

    `kept` are the places of changes that could not be taken back, because their text has changed.
    """

    document: Document
    edit: Edit | None = None
    kept: tuple[int, ...] = ()


type OnEdit = Callable[[str, EditedDocument], Awaitable[None]]


async def told_to_nobody(user_id: str, edited: EditedDocument) -> None:
    """Tell nobody that a document of this user has changed."""


class EditRefused(BrainError):
    """A change does not fit the document as it is now. The text says why, for user and model."""

    def __init__(self, reason: str, document: Document) -> None:
        super().__init__(reason)
        self.document = document


class Edits(Protocol):
    """Changes documents and keeps who changed what. All methods raise DatabaseUnreachable.

    Each returns None if this user has no document with that id.
    """

    async def replace(
        self,
        user_id: str,
        document_id: str,
        *,
        find: str,
        replace: str,
        after: bool = False,
        title: str | None = None,
        author: Author,
        foreign: bool = False,
        key: str | None = None,
    ) -> EditedDocument | None:
        """Put `replace` in the place of `find`, or `after` it; once per idempotency `key`.

        Raises EditRefused unless `find` stands in the document exactly once, and ToolFault for a
        text that cannot be stored.
        """

    async def rewrite(
        self,
        user_id: str,
        document_id: str,
        *,
        version: str,
        body: str | None = None,
        title: str | None = None,
    ) -> EditedDocument | None:
        """Replace the whole body, the title or both by what the user has typed.

        Raises EditRefused if the document has changed since `version`, and ToolFault as above.
        """

    async def undo(
        self, user_id: str, document_id: str, *, place: int | None = None, author: str | None = None
    ) -> EditedDocument | None:
        """Take back one change, or all of an author, the newest first."""

    async def decide(
        self, user_id: str, document_id: str, *, place: int | None, author: str | None, accept: bool
    ) -> EditedDocument | None:
        """Make or dismiss proposed changes: one, all of an author, or all."""

    async def edits(
        self, user_id: str, document_id: str, *, since: int, limit: int
    ) -> Sequence[Edit] | None:
        """Return the changes after place `since`, in order."""
