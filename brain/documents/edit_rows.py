"""A document whose row is locked in Postgres, and the changes that are made to it and kept."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from brain.cloud.postgres.rows import rows
from brain.documents.anchors import USER_FIRST_S, Anchored, NotAnchored, anchored
from brain.documents.editing import Author, Edit, EditedDocument
from brain.documents.ports import Document
from brain.documents.rows import LOCK, rewrite
from brain.documents.rules import stays_foreign

if TYPE_CHECKING:
    from brain.cloud.postgres.database import Connection

KEPT_EDITS = 500  # newest changes of a document that can be listed and taken back

FIELDS = "place, author, find, replace, state, at"
NEXT = b"""
    select coalesce(max(place), 0) + 1 from brain.edits
    where user_id = %(user_id)s and document_id = %(id)s
"""
KEEP = f"""
    insert into brain.edits (
        user_id, document_id, place, author, mind_id, start, find, replace, paragraphs, "foreign",
        undoes, version_before, version_after, state
    )
    values (
        %(user_id)s, %(id)s, %(place)s, %(author)s, %(mind_id)s, %(start)s, %(find)s, %(replace)s,
        %(paragraphs)s, %(foreign)s, %(undoes)s, %(before)s, %(after)s, %(state)s
    )
    returning {FIELDS}
""".encode()
FORGET = b"""
    delete from brain.edits
    where user_id = %(user_id)s and document_id = %(id)s and place <= %(place)s - %(kept)s
"""
# The paragraphs that the user has changed lately: a mind's change of one of them waits.
USERS_OWN = b"""
    select exists (
        select from brain.edits
        where user_id = %(user_id)s and document_id = %(id)s and author = 'user' and mind_id is null
            and at > now() - make_interval(secs => %(first_s)s) and paragraphs && %(touched)s
    )
"""
# A proposed change is made as its author proposed it, and keeps its place.
ACCEPT = f"""
    update brain.edits set
        state = 'done', start = %(start)s, paragraphs = %(paragraphs)s,
        version_before = %(before)s, version_after = %(after)s
    where user_id = %(user_id)s and document_id = %(id)s and place = %(place)s
    returning {FIELDS}
""".encode()
CHOSEN = b"""
    select place, author, mind_id, start, find, replace, "foreign", version_after
    from brain.edits
    where user_id = %(user_id)s and document_id = %(id)s and state = %(state)s
        and undoes is null
        and place = coalesce(%(place)s, place) and author = coalesce(%(author)s, author)
    order by place desc
"""
MARK = b"""
    update brain.edits set state = %(state)s
    where user_id = %(user_id)s and document_id = %(id)s and place = %(place)s
"""


class LockedDocument(Struct, kw_only=True):
    """A document whose row is locked until the transaction ends. `document` is its last text.

    `named` holds its `user_id` and `id`. `edit` is the last change, `kept` are the places of
    changes whose text does not stand there any more.
    """

    connection: "Connection"
    named: dict[str, Any]
    document: Document
    edit: Edit | None = None
    kept: tuple[int, ...] = ()
    place: int = 0  # of the last change; 0: not known yet

    @classmethod
    async def of(cls, connection: "Connection", named: dict[str, Any]) -> "LockedDocument | None":
        """Lock the document. None: this user has no document with this id."""
        found = await rows(connection, Document, LOCK, named)
        return cls(connection=connection, named=named, document=found[0]) if found else None

    def edited(self) -> EditedDocument:
        """Return the document after all changes."""
        return EditedDocument(document=self.document, edit=self.edit, kept=self.kept)

    async def is_users(self, change: Anchored) -> bool:
        """Whether the user has changed a paragraph of this change a moment ago."""
        asked = {**self.named, "first_s": USER_FIRST_S, "touched": list(change.touched)}
        row = await (await self.connection.execute(USERS_OWN, asked)).fetchone()
        return bool(row and row[0])

    async def make(
        self,
        change: Anchored,
        author: Author,
        *,
        foreign: bool = False,
        title: str | None = None,
        is_whole: bool = False,
        undoes: int | None = None,
        is_last: bool = True,
    ) -> None:
        """Change the document. `is_whole`: nothing of the old body is left. `is_last`: no other
        change follows; otherwise the document is not written until `write`.

        The change is kept as foreign if what it puts there or what it takes away may be by others:
        who takes it back brings the old text back.

        Raises ToolFault for an invalid text.
        """
        before = self.document
        self._apply(change, foreign=foreign, title=title, is_whole=is_whole)
        if is_last:
            await self.write()
        foreign = foreign or before.foreign
        await self._keep(before, change, author, is_made=True, foreign=foreign, undoes=undoes)

    def _apply(
        self,
        change: Anchored,
        *,
        foreign: bool,
        title: str | None = None,
        is_whole: bool = False,
    ) -> None:
        before, body = self.document, change.changed if is_whole else None
        self.document = replace(
            before,
            title=before.title if title is None else title,
            body=change.changed,
            foreign=stays_foreign(before.foreign, foreign, title=title, body=body),
        )

    async def accept(self, row: dict[str, Any], change: Anchored) -> None:
        """Make a proposed change; its author is who proposed it. `write` has to follow."""
        before = self.document
        self._apply(change, foreign=row["foreign"])
        kept = {
            **self.named,
            "place": row["place"],
            "start": change.start,
            "paragraphs": list(change.left),
            "before": before.version,
            "after": self.document.version,
        }
        [self.edit] = await rows(self.connection, Edit, ACCEPT, kept)

    async def write(self) -> None:
        """Write the document as its changes have left it. Raises ToolFault for an invalid text."""
        now = self.document
        text = {"title": now.title, "body": now.body, "foreign": now.foreign}
        self.document = await rewrite(self.connection, {**self.named, **text})

    async def propose(self, change: Anchored, author: Author, *, foreign: bool) -> None:
        """Keep a change for the user to decide on."""
        await self._keep(self.document, change, author, is_made=False, foreign=foreign)

    async def _keep(
        self,
        before: Document,
        change: Anchored,
        author: Author,
        *,
        is_made: bool,
        foreign: bool,
        undoes: int | None = None,
    ) -> None:
        if self.place == 0:
            row = await (await self.connection.execute(NEXT, self.named)).fetchone()
            self.place = row[0] - 1 if row else 0
        self.place += 1
        kept = {
            **self.named,
            "place": self.place,
            "author": author.label,
            "mind_id": author.mind_id,
            "start": change.start,
            "find": change.find,
            "replace": change.replace,
            "paragraphs": list(change.left),
            "foreign": foreign,
            "undoes": undoes,
            "before": before.version,
            "after": self.document.version if is_made else None,
            "state": "done" if is_made else "proposed",
        }
        [self.edit] = await rows(self.connection, Edit, KEEP, kept)
        await self.connection.execute(FORGET, {**kept, "kept": KEPT_EDITS})

    async def chosen(
        self, state: str, *, place: int | None, author: str | None
    ) -> list[dict[str, Any]]:
        """Return the changes in this state, newest first: one, all of an author, or all."""
        from psycopg.rows import dict_row

        chosen = {**self.named, "state": state, "place": place, "author": author}
        async with self.connection.cursor(row_factory=dict_row) as cursor:
            return list(await (await cursor.execute(CHOSEN, chosen)).fetchall())

    async def mark(self, place: int, state: str) -> None:
        """Give a kept change another state."""
        await self.connection.execute(MARK, {**self.named, "place": place, "state": state})

    def backwards(self, row: dict[str, Any]) -> Anchored | None:
        """Return the change that takes a change back; None if its text does not stand there now.

        If nothing has changed since, the place is known. Otherwise the text has to stand there
        once.
        """
        body, new, old = self.document.body, row["replace"], row["find"]
        if row["version_after"] == self.document.version:
            return Anchored(body=body, start=row["start"], find=new, replace=old)
        return placed(body, new, old) if new else None


def placed(body: str, find: str, replace: str) -> Anchored | None:
    """Return the change at its place; None if it has none."""
    try:
        return anchored(body, find, replace)
    except NotAnchored:
        return None
