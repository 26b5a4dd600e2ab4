"""The tools by which the model keeps and finds the user's documents."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.documents.ports import Document, Documents
from brain.documents.rules import described, outdated, version
from brain.documents.specs import CREATE, DELETE, PASSAGES, READ, SEARCH, UPDATE
from brain.run.codec import dumps, iso
from brain.run.errors import DatabaseUnreachable, ToolFault
from brain.run.invocations import Deed, Errand, Given, Tool
from brain.run.tools import Effect, Json, ToolSpec

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentTool:
    """A tool whose work is one call of the documents."""

    spec: ToolSpec
    documents: Documents
    work: Callable[[Documents, Errand], Awaitable[Given]]

    async def run(self, errand: Errand) -> Given:
        """Compact JSON, foreign if anything that it quotes is."""
        try:
            return await self.work(self.documents, errand)
        except DatabaseUnreachable as error:
            raise ToolFault(_unreachable(self.spec)) from error

    async def prepare(self, errand: Errand) -> Deed | None:
        """What the guarded one would do, if the old text would be lost by it: only updateDocument
        is.
        """
        if "body" not in errand.arguments:
            return None
        try:
            document = await known(self.documents, errand)
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error
        shown = described(document.title, document.body)
        return Deed(
            question=(
                f"Shall I replace the text of the document {shown}? The old one is lost then. The "
                f"new one:\n\n{errand.arguments['body']}"
            ),
            recipients=(),
            foreign=document.foreign,
        )

    async def outcome(self, errand: Errand) -> str | None:
        """None: running it again is the way to ask, its key sees to it that nothing is doubled."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletingTool:
    """Deletes a document, once: its effect under one key is the same however often it is run."""

    spec: ToolSpec
    documents: Documents

    async def prepare(self, errand: Errand) -> Deed:
        """The document by its title, its length and how it begins: it may have been renamed."""
        try:
            document = await known(self.documents, errand)
        except DatabaseUnreachable as error:
            raise ToolFault(AWAY) from error
        if reason := outdated(document.title, document.body, errand.arguments.get("version")):
            raise ToolFault(f"Not deleted: {reason}.")
        shown = described(document.title, document.body)
        return Deed(
            question=f"Shall I delete the document {shown}? It is gone for good then.",
            recipients=(),
            foreign=document.foreign,
        )

    async def run(self, errand: Errand) -> str:
        """Compact JSON, the same at a second time: it says nothing that is gone by then."""
        id, named = errand.arguments["id"], errand.arguments.get("version")
        try:
            is_gone = await self.documents.delete(
                errand.user_id, id, key=errand.idempotency_key, version=named
            )
        except DatabaseUnreachable as error:
            raise ToolFault(NOT_CERTAIN.format("deleted")) from error
        if not is_gone:
            raise ToolFault(NOT_FOUND)
        return dumps({"deleted": {"id": id}})

    async def outcome(self, errand: Errand) -> str | None:
        """None: running it again is the way to ask."""
        return None


def document_tools(documents: Documents) -> tuple[Tool, ...]:
    """All of them."""
    works = ((CREATE, _create), (SEARCH, _search), (READ, _read), (UPDATE, _update))
    return (
        *(DocumentTool(spec=spec, documents=documents, work=work) for spec, work in works),
        DeletingTool(spec=DELETE, documents=documents),
    )


async def known(documents: Documents, errand: Errand) -> Document:
    """The document that the errand names. Raises ToolFault, DatabaseUnreachable."""
    document = await documents.read(errand.user_id, errand.arguments["id"])
    if document is None:
        raise ToolFault(NOT_FOUND)
    return document


async def _create(documents: Documents, errand: Errand) -> Given:
    given = errand.arguments
    document = await documents.create(
        errand.user_id,
        title=given["title"],
        body=given["body"],
        foreign=errand.tainted,
        key=errand.idempotency_key,
    )
    return _given({"created": _named(document)}, foreign=document.foreign)


async def _search(documents: Documents, errand: Errand) -> Given:
    given = errand.arguments
    found = await documents.search(
        errand.user_id, query=given["query"], limit=given.get("limit", PASSAGES)
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


async def _read(documents: Documents, errand: Errand) -> Given:
    document = await known(documents, errand)
    start = errand.arguments.get("offset", 0)
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


async def _update(documents: Documents, errand: Errand) -> Given:
    changes = {name: text for name, text in errand.arguments.items() if name != "id"}
    if not changes:
        raise ToolFault("Nothing changed: give a title, a body, or a text to append.")
    document = await documents.update(
        errand.user_id,
        errand.arguments["id"],
        key=errand.idempotency_key,
        foreign=errand.tainted,
        **changes,
    )
    if document is None:
        raise ToolFault(NOT_FOUND)
    changed = {**_named(document), "characters": len(document.body)}
    return _given({"changed": changed}, foreign=document.foreign)


AWAY = "The documents cannot be reached now. Tell the user, or try again later."
NOT_CERTAIN = "The documents cannot be reached now: it is not certain that this was {}."
NOT_FOUND = "The user has no document of this id. searchDocuments gives the ids there are."


def _given(told: Json, *, foreign: bool) -> Given:
    return Given(text=dumps(told), foreign=foreign)


def _named(document: Document) -> Json:
    return {
        "id": document.id,
        "title": document.title,
        "version": version(document.title, document.body),
    }


def _unreachable(spec: ToolSpec) -> str:
    return AWAY if spec.effect is Effect.READS else NOT_CERTAIN.format("saved")
