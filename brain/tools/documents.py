"""The tools by which the model keeps and finds the user's documents."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from brain.core.codec import dumps, iso
from brain.core.texts import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.domain.errors import DatabaseUnreachable, ToolFault
from brain.domain.tools import Effect, Json, ToolSpec
from brain.ports import Documents, Errand, Tool

SLICE_CHARS = 8_000  # of one reading: about 2,000 tokens, and far below what a tool result may have
PASSAGES = 5  # of a search unless asked otherwise: about 500 tokens
MAX_PASSAGES = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64

_TITLE = {"type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS}
_TEXT = {"type": "string", "maxLength": MAX_BODY_CHARS}
_ID = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ID_CHARS,
    "description": "a document's id as searchDocuments or createDocument gave it",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentTool:
    """A tool whose work is one call of the documents."""

    spec: ToolSpec
    documents: Documents
    work: Callable[[Documents, Errand], Awaitable[Json]]

    async def run(self, errand: Errand) -> str:
        """Compact JSON."""
        try:
            return dumps(await self.work(self.documents, errand))
        except DatabaseUnreachable as error:
            raise ToolFault(_unreachable(self.spec)) from error

    async def outcome(self, errand: Errand) -> str | None:
        """None: running it again is the way to ask, its key sees to it that nothing is doubled."""
        return None


def document_tools(documents: Documents) -> tuple[Tool, ...]:
    """All of them."""
    works = ((CREATE, _create), (SEARCH, _search), (READ, _read), (UPDATE, _update))
    return tuple(DocumentTool(spec=spec, documents=documents, work=work) for spec, work in works)


CREATE = ToolSpec(
    name="createDocument",
    description=(
        "Keep a new text for the user: a note, a list, anything they want to find again. Put what "
        "it is about into the title, and their own words into the body. Before adding to something "
        "they keep already, look for it with searchDocuments and use updateDocument. Returns the "
        "new document's id."
    ),
    parameters={
        "type": "object",
        "properties": {
            "title": {**_TITLE, "description": "short, as the user would name it"},
            "body": {**_TEXT, "description": "the text, plain or Markdown"},
        },
        "required": ["title", "body"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
)

SEARCH = ToolSpec(
    name="searchDocuments",
    description=(
        "Find what the user's own documents and notes say. Use it whenever the answer may be in "
        "them, before saying that you do not know. Takes a question or a few words in the language "
        "of the documents. Returns the best passages, each quoting a document and giving its id; "
        "an empty list means that no document has any of these words: try other ones."
    ),
    parameters={
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_QUERY_CHARS,
                "description": "a question, or the words that the text would use",
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_PASSAGES,
                "description": f"how many passages at most; {PASSAGES} if left out",
            },
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    effect=Effect.READS,
)

READ = ToolSpec(
    name="readDocument",
    description=(
        "Read a document whole when a passage is not enough. A long one comes in slices: "
        "charactersLeft says how much follows, nextOffset where to go on reading."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": _ID,
            "offset": {
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_BODY_CHARS,
                "description": "the character to begin at; 0 if left out",
            },
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.READS,
)

UPDATE = ToolSpec(
    name="updateDocument",
    description=(
        "Change a document: give it a new title, add to its end (append), or replace its whole "
        "text (body; read it first, since the old text is lost). To add to a list or a note, use "
        "append. Give at least one of the three."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": _ID,
            "title": {**_TITLE, "description": "the new title"},
            "body": {**_TEXT, "description": "the text that replaces the old one"},
            "append": {**_TEXT, "minLength": 1, "description": "what to add, on a line of its own"},
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
)


async def _create(documents: Documents, errand: Errand) -> Json:
    given = errand.arguments
    document = await documents.create(
        errand.user_id, title=given["title"], body=given["body"], key=errand.idempotency_key
    )
    return {"created": {"id": document.id, "title": document.title}}


async def _search(documents: Documents, errand: Errand) -> Json:
    given = errand.arguments
    found = await documents.search(
        errand.user_id, query=given["query"], limit=given.get("limit", PASSAGES)
    )
    return {
        "passages": [
            {"id": passage.document_id, "title": passage.title, "snippet": passage.snippet}
            for passage in found
        ]
    }


async def _read(documents: Documents, errand: Errand) -> Json:
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
    return {**shown, "nextOffset": start + len(piece)} if left else shown


async def _update(documents: Documents, errand: Errand) -> Json:
    changes = {name: text for name, text in errand.arguments.items() if name != "id"}
    if not changes:
        raise ToolFault("Nothing changed: give a title, a body, or a text to append.")
    document = await documents.update(
        errand.user_id, errand.arguments["id"], key=errand.idempotency_key, **changes
    )
    if document is None:
        raise ToolFault(NOT_FOUND)
    changed = {"id": document.id, "title": document.title, "characters": len(document.body)}
    return {"changed": changed}


NOT_FOUND = "The user has no document of this id. searchDocuments gives the ids there are."


def _unreachable(spec: ToolSpec) -> str:
    if spec.effect is Effect.READS:
        return "The documents cannot be reached now. Tell the user, or try again later."
    return "The documents cannot be reached now: it is not certain that this was saved."
