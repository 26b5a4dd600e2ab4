"""Changes documents in Postgres by anchors, under the lock of the document's row."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from brain.cloud.postgres.database import Postgres
from brain.cloud.postgres.rows import ID, rows
from brain.documents.anchors import NotAnchored, anchored, difference
from brain.documents.edit_rows import FIELDS, LockedDocument, placed
from brain.documents.editing import Author, Edit, EditedDocument, EditRefused
from brain.documents.postgres import MARK_SEEN, REMEMBER
from brain.documents.rows import has_row
from brain.documents.rules import outdated

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

LIST = f"""
    select {FIELDS} from brain.edits
    where user_id = %(user_id)s and document_id = %(id)s and place > %(since)s
    order by place
    limit %(limit)s
""".encode()
EXISTS = b"select true from brain.documents where user_id = %(user_id)s and id = %(id)s"


class PostgresEdits:
    """`Edits` in Postgres."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

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
        """Change the place at which `find` stands."""
        new = f"{find}{replace}" if after else replace

        async def work(locked: LockedDocument) -> None:
            named = {**locked.named, "key": key}
            if key is not None and not await has_row(locked.connection, REMEMBER, named):
                return
            try:
                change = anchored(locked.document.body, find, new)
            except NotAnchored as reason:
                raise EditRefused(str(reason), locked.document) from None
            if author.mind_id and await locked.is_users(change):
                await locked.propose(change, author, foreign=foreign)
            else:
                await locked.make(change, author, foreign=foreign, title=title)

        return await self._change(user_id, document_id, work)

    async def rewrite(
        self,
        user_id: str,
        document_id: str,
        *,
        version: str,
        body: str | None = None,
        title: str | None = None,
    ) -> EditedDocument | None:
        """Replace the body. The edit records only the part that changed."""

        async def work(locked: LockedDocument) -> None:
            document = locked.document
            if reason := outdated(document.title, document.body, version):
                raise EditRefused(reason, document)
            change = difference(document.body, document.body if body is None else body)
            await locked.make(change, Author(), title=title, is_whole=body is not None)
            if body is None:
                return
            seen = {**locked.named, "version": locked.document.version}
            await locked.connection.execute(MARK_SEEN, seen)

        return await self._change(user_id, document_id, work)

    async def undo(
        self, user_id: str, document_id: str, *, place: int | None = None, author: str | None = None
    ) -> EditedDocument | None:
        """Take changes back, each as a change of the user."""

        async def work(locked: LockedDocument) -> None:
            for row in await locked.chosen("done", place=place, author=author):
                change = locked.backwards(row)
                if change is None:
                    locked.kept = (*locked.kept, row["place"])
                    continue
                await locked.mark(row["place"], "undone")
                by, at = Author(), row["place"]
                await locked.make(change, by, foreign=row["foreign"], undoes=at, is_last=False)
            if locked.edit is not None:  # written once: many changes may be taken back
                await locked.write()

        return await self._change(user_id, document_id, work)

    async def decide(
        self, user_id: str, document_id: str, *, place: int | None, author: str | None, accept: bool
    ) -> EditedDocument | None:
        """Make proposed changes where their place is still there, or dismiss them."""

        async def work(locked: LockedDocument) -> None:
            for row in reversed(await locked.chosen("proposed", place=place, author=author)):
                change = placed(locked.document.body, row["find"], row["replace"])
                if not accept:
                    await locked.mark(row["place"], "dismissed")
                elif change is None:
                    locked.kept = (*locked.kept, row["place"])
                else:
                    await locked.accept(row, change)
            if locked.edit is not None:
                await locked.write()

        return await self._change(user_id, document_id, work)

    async def edits(
        self, user_id: str, document_id: str, *, since: int, limit: int
    ) -> Sequence[Edit] | None:
        """Return the changes, if the user has the document."""
        asked = {"user_id": user_id, "id": document_id, "since": since, "limit": limit}

        async def work(connection: "Connection") -> Sequence[Edit] | None:
            is_there = await has_row(connection, EXISTS, asked)
            return await rows(connection, Edit, LIST, asked) if is_there else None

        return await self._database.run(work) if ID.fullmatch(document_id) else None

    async def _change(
        self, user_id: str, document_id: str, work: Callable[[LockedDocument], Awaitable[None]]
    ) -> EditedDocument | None:
        """Do the work in a transaction in which the document is locked."""
        named: dict[str, Any] = {"user_id": user_id, "id": document_id}

        async def transaction(connection: "Connection") -> EditedDocument | None:
            locked = await LockedDocument.of(connection, named)
            if locked is None:
                return None
            await work(locked)
            return locked.edited()

        return await self._database.run(transaction) if ID.fullmatch(document_id) else None
