"""The tool with which a mind changes a document that it shares with others."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Struct

from brain.documents.anchors import MAX_EDIT_CHARS
from brain.documents.editing import Author, EditedDocument, EditRefused, Edits
from brain.documents.tools import NOT_FOUND, SAVING, DocumentId
from brain.errors import ToolFault
from brain.texts.plain import plain_text
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

PROPOSED = (
    "Not changed: the user has just changed this paragraph themselves. Your change is proposed to "
    "them. Go on with something else."
)
OTHER = "You may change only the document of this job, {}."
WHICH = "Name the place: `find` is replaced, `after` stays and the text follows it. Set one."


class EditDocument(Arguments):
    """Change one place of the document. `find` is text that stands there exactly once; it is
    replaced. Or `after` is such a text, and yours is put behind it. Both are empty only for an
    empty document. Others change it at the same time: if the text has changed, you are shown it as
    it is now.
    """

    id: DocumentId
    find: Annotated[str | None, About("the text to replace", most=MAX_EDIT_CHARS)] = None
    after: Annotated[str | None, About("the text to write behind", most=MAX_EDIT_CHARS)] = None
    replace: Annotated[str, About("the new text", most=MAX_EDIT_CHARS)]


class _Desk(Struct, frozen=True):
    """The document of one job, and who changes it."""

    edits: Edits
    document_id: str
    author: Author
    tell: Callable[[str, EditedDocument], Awaitable[None]]

    async def edit(self, change: EditDocument, invocation: ToolInvocation) -> ToolResult:
        self._check(change)
        try:
            edited = await self._replace(change, invocation)
        except EditRefused as refused:
            now = refused.document
            text = f"Not changed: {refused}. The document is now:\n{now.body}"
            raise ToolFault(text, foreign=now.foreign) from None
        if edited is None:
            raise ToolFault(NOT_FOUND)
        await self.tell(invocation.user_id, edited)
        if edited.edit is not None and edited.edit.state == "proposed":
            return ToolResult(text=PROPOSED)
        return ToolResult.of({"changed": {"id": change.id, "version": edited.document.version}})

    def _check(self, change: EditDocument) -> None:
        if change.id != self.document_id:
            raise ToolFault(OTHER.format(self.document_id))
        if change.find is not None and change.after is not None:
            raise ToolFault(WHICH)

    async def _replace(
        self, change: EditDocument, invocation: ToolInvocation
    ) -> EditedDocument | None:
        return await self.edits.replace(
            invocation.user_id,
            change.id,
            find=(change.find if change.after is None else change.after) or "",
            replace=_visible(change.replace),
            after=change.after is not None,
            author=self.author,
            foreign=invocation.tainted,
            key=invocation.idempotency_key,
        )


def edit_document_tool(
    edits: Edits,
    document_id: str,
    author: Author,
    tell: Callable[[str, EditedDocument], Awaitable[None]],
) -> Tool:
    """Return the tool for one document. `tell` is called with the user's id after each change."""
    desk = _Desk(edits, document_id, author, tell)
    return tool(EditDocument, desk.edit, Effect.REPEATS, away=SAVING)


def _visible(text: str) -> str:
    """Return what a reader can see of a text, with the blank lines and spaces around it."""
    inner = text.strip()
    begin = text.index(inner)
    return f"{text[:begin]}{plain_text(inner)}{text[begin + len(inner) :]}"
