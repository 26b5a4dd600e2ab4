"""The tools by which the model keeps and finds the user's documents."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.documents.ports import Document, Documents
from brain.documents.rules import described, outdated, version
from brain.documents.specs import CREATE, DELETE, PASSAGES, READ, SEARCH, UPDATE
from brain.run.codec import dumps, iso
from brain.run.errors import DatabaseUnreachable, ToolFault
from brain.run.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.run.tools import Effect, Json, ToolSpec

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentTool:
    """A tool whose work is one call of the documents."""

    spec: ToolSpec
    documents: Documents
    work: Callable[[Documents, ToolInvocation], Awaitable[ToolResult]]

    async def run(self, invocation: ToolInvocation) -> ToolResult:
        """Compact JSON, foreign if anything that it quotes is."""
        try:
            return await self.work(self.documents, invocation)
        except DatabaseUnreachable as error:
            raise ToolFault(_unreachable(self.spec)) from error

    async def prepare(self, invocation: ToolInvocation) -> Proposal | None:
        """What the guarded one would do, if the old text would be lost by it: only updateDocument
        is.
        """
        if "body" not in invocation.arguments:
            return None
        try:
            document = await known(self.documents, invocation)
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error
        shown = described(document.title, document.body)
        return Proposal(
            question=(
                f"Shall I replace the text of the document {shown}? The old one is lost then. The "
                f"new one:\n\n{invocation.arguments['body']}"
            ),
            recipients=(),
            foreign=document.foreign,
        )

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """None: running it again is the way to ask, its key sees to it that nothing is doubled."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletingTool:
    """Deletes a document, once: its effect under one key is the same however often it is run."""

    spec: ToolSpec
    documents: Documents

    async def prepare(self, invocation: ToolInvocation) -> Proposal:
        """The document by its title, its length and how it begins: it may have been renamed."""
        try:
            document = await known(self.documents, invocation)
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error
        if reason := outdated(document.title, document.body, invocation.arguments.get("version")):
            raise ToolFault(f"Not deleted: {reason}.")
        shown = described(document.title, document.body)
        return Proposal(
            question=f"Shall I delete the document {shown}? It is gone for good then.",
            recipients=(),
            foreign=document.foreign,
        )

    async def run(self, invocation: ToolInvocation) -> str:
        """Compact JSON, the same at a second time: it says nothing that is gone by then."""
        id, named = invocation.arguments["id"], invocation.arguments.get("version")
        try:
            is_gone = await self.documents.delete(
                invocation.user_id, id, key=invocation.idempotency_key, version=named
            )
        except DatabaseUnreachable as error:
            raise ToolFault(NOT_CERTAIN.format("deleted")) from error
        if not is_gone:
            raise ToolFault(NOT_FOUND)
        return dumps({"deleted": {"id": id}})

    async def outcome(self, invocation: ToolInvocation) -> str | None:
        """None: running it again is the way to ask."""
        return None


def document_tools(documents: Documents) -> tuple[Tool, ...]:
    """All of them."""
    works = ((CREATE, _create), (SEARCH, _search), (READ, _read), (UPDATE, _update))
    return (
        *(DocumentTool(spec=spec, documents=documents, work=work) for spec, work in works),
        DeletingTool(spec=DELETE, documents=documents),
    )


async def known(documents: Documents, invocation: ToolInvocation) -> Document:
    """The document that the errand names. Raises ToolFault, DatabaseUnreachable."""
    document = await documents.read(invocation.user_id, invocation.arguments["id"])
    if document is None:
        raise ToolFault(NOT_FOUND)
    return document


async def _create(documents: Documents, invocation: ToolInvocation) -> ToolResult:
    given = invocation.arguments
    document = await documents.create(
        invocation.user_id,
        title=given["title"],
        body=given["body"],
        foreign=invocation.tainted,
        key=invocation.idempotency_key,
    )
    return _given({"created": _named(document)}, foreign=document.foreign)


async def _search(documents: Documents, invocation: ToolInvocation) -> ToolResult:
    given = invocation.arguments
    found = await documents.search(
        invocation.user_id, query=given["query"], limit=given.get("limit", PASSAGES)
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
    return _given({"passages": passages}, foreign=any(passage.foreign for passage in found))


async def _read(documents: Documents, invocation: ToolInvocation) -> ToolResult:
    document = await known(documents, invocation)
    start = invocation.arguments.get("offset", 0)
    piece = document.body[start : start + SLICE_CHARS]
    left = max(0, len(document.body) - start - len(piece))
    shown: Json = {
        **_named(document),
        "updatedAt": iso(document.updated_at),
        "body": piece,
        "charactersLeft": left,
    }
    more = {"nextOffset": start + len(piece)} if left else {}
    return _given(shown | more, foreign=document.foreign)


async def _update(documents: Documents, invocation: ToolInvocation) -> ToolResult:
    changes = {name: text for name, text in invocation.arguments.items() if name != "id"}
    if not changes:
        raise ToolFault("Nothing changed: give a title, a body, or a text to append.")
    document = await documents.update(
        invocation.user_id,
        invocation.arguments["id"],
        key=invocation.idempotency_key,
        foreign=invocation.tainted,
        **changes,
    )
    if document is None:
        raise ToolFault(NOT_FOUND)
    changed = {**_named(document), "characters": len(document.body)}
    return _given({"changed": changed}, foreign=document.foreign)


AWAY = "The documents cannot be reached now. Tell the user, or try again later."
NOT_CERTAIN = "The documents cannot be reached now: it is not certain that this was {}."
NOT_FOUND = "The user has no document of this id. searchDocuments gives the ids there are."


def _given(told: Json, *, foreign: bool) -> ToolResult:
    return ToolResult(text=dumps(told), foreign=foreign)


def _named(document: Document) -> Json:
    return {
        "id": document.id,
        "title": document.title,
        "version": version(document.title, document.body),
    }


def _unreachable(spec: ToolSpec) -> str:
    return AWAY if spec.effect is Effect.READS else NOT_CERTAIN.format("saved")
