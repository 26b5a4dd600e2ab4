"""The tools by which the model keeps and finds the user's documents."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.core.codec import dumps, iso
from brain.domain.errors import DatabaseUnreachable, ToolFault
from brain.domain.tools import Effect, Json, ToolSpec
from brain.ports import Documents, Errand, Given, Tool
from brain.tools.document_specs import CREATE, PASSAGES, READ, SEARCH, UPDATE

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

    async def outcome(self, errand: Errand) -> str | None:
        """None: running it again is the way to ask, its key sees to it that nothing is doubled."""
        return None


def document_tools(documents: Documents) -> tuple[Tool, ...]:
    """All of them."""
    works = ((CREATE, _create), (SEARCH, _search), (READ, _read), (UPDATE, _update))
    return tuple(DocumentTool(spec=spec, documents=documents, work=work) for spec, work in works)


async def _create(documents: Documents, errand: Errand) -> Given:
    given = errand.arguments
    document = await documents.create(
        errand.user_id,
        title=given["title"],
        body=given["body"],
        foreign=errand.tainted,
        key=errand.idempotency_key,
    )
    created = {"id": document.id, "title": document.title}
    return _given({"created": created}, foreign=document.foreign)


async def _search(documents: Documents, errand: Errand) -> Given:
    given = errand.arguments
    found = await documents.search(
        errand.user_id, query=given["query"], limit=given.get("limit", PASSAGES)
    )
    passages = [
        {"id": passage.document_id, "title": passage.title, "snippet": passage.snippet}
        for passage in found
    ]
    return _given({"passages": passages}, foreign=any(passage.foreign for passage in found))


async def _read(documents: Documents, errand: Errand) -> Given:
    document = await documents.read(errand.user_id, errand.arguments["id"])
    if document is None:
        raise ToolFault(NOT_FOUND)
    start = errand.arguments.get("offset", 0)
    piece = document.body[start : start + SLICE_CHARS]
    left = max(0, len(document.body) - start - len(piece))
    shown: Json = {
        "id": document.id,
        "title": document.title,
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
    changed = {"id": document.id, "title": document.title, "characters": len(document.body)}
    return _given({"changed": changed}, foreign=document.foreign)


NOT_FOUND = "The user has no document of this id. searchDocuments gives the ids there are."


def _given(told: Json, *, foreign: bool) -> Given:
    return Given(text=dumps(told), foreign=foreign)


def _unreachable(spec: ToolSpec) -> str:
    if spec.effect is Effect.READS:
        return "The documents cannot be reached now. Tell the user, or try again later."
    return "The documents cannot be reached now: it is not certain that this was saved."
