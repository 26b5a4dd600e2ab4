"""Tools for the model to store, find and change the user's documents."""

from typing import Annotated

from msgspec import Struct

from brain.codec import Json, iso
from brain.documents.ports import Document, Documents
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS, described, outdated, version
from brain.errors import ToolFault
from brain.texts.plain import plain_line
from brain.texts.thoughts import spoken
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

SLICE_CHARS = 8_000  # per call: about 2,000 tokens, far below the limit of a tool result
PASSAGES = 5  # per search by default: about 500 tokens
MAX_PASSAGES = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64

AWAY = "The documents cannot be reached now. Tell the user, or try again later."
NOT_CERTAIN = "The documents cannot be reached now. It is not certain that this was {}."
SAVING = NOT_CERTAIN.format("saved")
DELETING = NOT_CERTAIN.format("deleted")
NOT_FOUND = "The user has no document with this id. Use searchDocuments to find the id."

Title = Annotated[str, About("short, as the user would name it", 1, MAX_TITLE_CHARS, plain="line")]
Text = Annotated[str, About("the text, plain or Markdown", most=MAX_BODY_CHARS, plain="text")]
DocumentId = Annotated[str, About("from searchDocuments", 1, MAX_ID_CHARS)]
DocumentVersion = Annotated[
    str,
    About(
        "its version",
        1,
        MAX_ID_CHARS,
    ),
]


class CreateDocument(Arguments):
    """Store a new text for the user, such as a list. The topic is the title, their own words the
    body. To add to a document, use updateDocument.
    """

    title: Title
    body: Text


class SearchDocuments(Arguments):
    """Search the user's documents and notes before you say that you do not know. If nothing is
    found, try other words, in the language of the documents.
    """

    query: Annotated[str, About("a question, or some words", 1, MAX_QUERY_CHARS)]
    limit: Annotated[int, About(f"{PASSAGES} by default", 1, MAX_PASSAGES)] = PASSAGES


class ReadDocument(Arguments):
    """Read a document; a long one in slices: nextOffset says where to continue."""

    id: DocumentId
    offset: Annotated[int, About("start", 0, MAX_BODY_CHARS)] = 0


class UpdateDocument(Arguments):
    """Change a document: its title, its end (append, for lists and notes) or its whole text (body;
    read it first).
    """

    id: DocumentId
    title: Annotated[Title | None, About("the new title")] = None
    body: Annotated[Text | None, About("the new text")] = None
    append: Annotated[Text | None, About("text to add", least=1)] = None


class DeleteDocument(Arguments):
    """Delete a document for good. First the user is asked."""

    id: DocumentId
    version: DocumentVersion | None = None


def document_tools(documents: Documents) -> tuple[Tool, ...]:
    """Return all document tools."""
    do = _Work(documents)
    return (
        tool(CreateDocument, do.create, Effect.REPEATS, away=SAVING),
        tool(SearchDocuments, do.search, away=AWAY),
        tool(ReadDocument, do.read, away=AWAY),
        tool(
            UpdateDocument,
            do.update,
            Effect.REPEATS,
            guarded=do.shall_update,
            away=SAVING,
            away_before=AWAY,
        ),
        tool(
            DeleteDocument,
            do.delete,
            Effect.REPEATS,
            asks=do.shall_delete,
            away=DELETING,
            away_before=AWAY,
        ),
    )


async def known(documents: Documents, user_id: str, id: str) -> Document:
    """Return the user's document with this id. Raises ToolFault, DatabaseUnreachable."""
    document = await documents.read(user_id, id)
    if document is None:
        raise ToolFault(NOT_FOUND)
    return document


class _Work(Struct, frozen=True):
    """The implementation of the tools. A result is foreign if any text that it quotes is."""

    documents: Documents

    async def create(self, new: CreateDocument, invocation: ToolInvocation) -> ToolResult:
        invocation.check_count()
        document = await self.documents.create(
            invocation.user_id,
            title=spoken(new.title) or new.title,
            body=new.body,
            foreign=invocation.tainted,
            key=invocation.idempotency_key,
        )
        done = invocation.texts.DONE["created"].format(document=plain_line(document.title))
        return ToolResult.of({"created": _named(document)}, foreign=document.foreign, done=done)

    async def search(self, asked: SearchDocuments, invocation: ToolInvocation) -> ToolResult:
        found = await self.documents.search(
            invocation.user_id, query=asked.query, limit=asked.limit
        )
        passages = [
            {
                "id": passage.document_id,
                "title": passage.title,
                "version": passage.version,
                "snippet": passage.snippet,
            }
            for passage in found
        ]
        return ToolResult.of(
            {"passages": passages}, foreign=any(passage.foreign for passage in found)
        )

    async def read(self, asked: ReadDocument, invocation: ToolInvocation) -> ToolResult:
        document = await known(self.documents, invocation.user_id, asked.id)
        piece = document.body[asked.offset : asked.offset + SLICE_CHARS]
        left = max(0, len(document.body) - asked.offset - len(piece))
        shown: Json = {
            **_named(document),
            "updatedAt": iso(document.updated_at),
            "body": piece,
            "charactersLeft": left,
        }
        more = {"nextOffset": asked.offset + len(piece)} if left else {}
        return ToolResult.of(shown | more, foreign=document.foreign)

    async def update(self, change: UpdateDocument, invocation: ToolInvocation) -> ToolResult:
        if not _changes(change):
            raise ToolFault("Nothing was changed. Set title, body or append.")
        document = await self.documents.update(
            invocation.user_id,
            change.id,
            key=invocation.idempotency_key,
            foreign=invocation.tainted,
            title=change.title,
            body=change.body,
            append=change.append,
        )
        if document is None:
            raise ToolFault(NOT_FOUND)
        changed = {**_named(document), "characters": len(document.body)}
        done = invocation.texts.DONE["changed"].format(document=plain_line(document.title))
        return ToolResult.of({"changed": changed}, foreign=document.foreign, done=done)

    async def shall_update(
        self, change: UpdateDocument, invocation: ToolInvocation
    ) -> Proposal | None:
        """Return a question with the old and the new title and all new words; None if the call
        changes nothing.
        """
        if not _changes(change):
            return None
        document = await known(self.documents, invocation.user_id, change.id)
        texts = invocation.texts
        question = texts.ask_update_document(
            described(document.title, document.body, texts),
            title=change.title,
            body=change.body,
            append=change.append,
        )
        return Proposal(question=question, foreign=document.foreign)

    async def delete(self, asked: DeleteDocument, invocation: ToolInvocation) -> ToolResult:
        """Delete the document. The user is told its title, unless a crash came after the deletion.

        The result for the model has no other text, so that a second run returns the same.
        """
        document = await self.documents.read(invocation.user_id, asked.id)
        is_gone = await self.documents.delete(
            invocation.user_id, asked.id, key=invocation.idempotency_key, version=asked.version
        )
        if not is_gone:
            raise ToolFault(NOT_FOUND)
        title = plain_line(document.title) if document else ""
        done = invocation.texts.DONE["deleted" if title else "gone"].format(document=title)
        is_foreign = document is not None and document.foreign
        return ToolResult.of({"deleted": {"id": asked.id}}, foreign=is_foreign, done=done)

    async def shall_delete(self, asked: DeleteDocument, invocation: ToolInvocation) -> Proposal:
        """Return a question with the document's title, length and beginning.

        The title alone is not enough, because the document may have been renamed.
        """
        document = await known(self.documents, invocation.user_id, asked.id)
        if reason := outdated(document.title, document.body, asked.version):
            raise ToolFault(f"Not deleted: {reason}.")
        texts = invocation.texts
        shown = described(document.title, document.body, texts)
        return Proposal(question=texts.ask_delete_document(shown), foreign=document.foreign)


def _changes(change: UpdateDocument) -> bool:
    return bool(change.append) or (change.title, change.body) != (None, None)


def _named(document: Document) -> Json:
    return {
        "id": document.id,
        "title": document.title,
        "version": version(document.title, document.body),
    }
