"""/api/documents: the user's documents. What changes them by anchors is in `edits_http`."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.documents.editing import Edits
from brain.documents.edits_http import EditRoutes
from brain.documents.files.reader import FileReader
from brain.documents.files.upload import UploadedFile, file_kind, read_file, refuse_other_files
from brain.documents.forms import document_to_wire, passage_to_wire
from brain.documents.ports import Documents
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.feature import ResourceHandler, Resources
from brain.http.bodies import Body, ClientId, cleaned, not_blank, parse
from brain.http.edge import Answer, read_json, tagged
from brain.http.resources import (
    after_of,
    deleted,
    given_id,
    id_of,
    known,
    limit_of,
    page_to_wire,
    query_of,
    there,
)
from brain.run.ports import Channel, Clock

MAX_ID_CHARS = 64
MAX_DOCUMENT_BYTES = 1024 * 1024  # the longest text in any script, with JSON escapes


class DocumentBody(Body):
    """The body of POST /api/documents with a text.

    `typed`: the user wrote the text on the page; otherwise its author is unknown.
    `key`: requests with the same key create only one document.
    """

    title: Annotated[
        str, Field(max_length=MAX_TITLE_CHARS), BeforeValidator(cleaned), AfterValidator(not_blank)
    ]
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS), BeforeValidator(cleaned)]
    typed: bool = False
    key: ClientId | None = None


class SeenBody(Body):
    """The body of PUT /api/documents: the user has seen the whole text of this version."""

    id: Annotated[str, Field(max_length=MAX_ID_CHARS)]
    version: Annotated[str, Field(max_length=MAX_ID_CHARS)]


def document_routes(
    documents: Callable[[], Documents | None],
    edits: Callable[[], Edits | None],
    channel: Callable[[], Channel],
    clock: Clock,
) -> Resources:
    """Return the routes /api/documents and /api/edits with their methods."""
    changing = EditRoutes(edits, channel)

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return the document with `id`, or a page: what matches `query`, else the newest first."""
        kept = there(documents(), "documents")
        if (id := given_id(request)) is not None:
            return tagged(
                request, document_to_wire(known(await kept.read(user_id, id), "document"))
            )
        page = await kept.listed(
            user_id, query=query_of(request), limit=limit_of(request), after=after_of(request)
        )
        return tagged(request, page_to_wire("documents", page, passage_to_wire))

    async def delete(request: Request, user_id: str) -> ASGIApp:
        """Delete a document permanently, without a question: the user requested it."""
        kept, id = there(documents(), "documents"), id_of(request)
        is_gone = await kept.delete(user_id, id, key=f"page:{clock.new_id()}")
        return deleted(id, "document", was_there=is_gone)

    return {
        "documents": {
            "GET": show,
            "POST": _keeping(documents, clock),
            "PUT": _seeing(documents),
            "PATCH": changing.patch,
            "DELETE": delete,
        },
        **changing.resources(),
    }


def _keeping(documents: Callable[[], Documents | None], clock: Clock) -> ResourceHandler:
    files = FileReader()

    async def keep(request: Request, user_id: str) -> ASGIApp:
        """Create a document from a file, or from a text that the user typed."""
        kept = there(documents(), "documents")
        if kind := file_kind(request):
            file = await read_file(request, kind, files)
            return await _keep_file(kept, user_id, file, key=file.key or clock.new_id())
        refuse_other_files(request)
        body = parse(DocumentBody, await read_json(request, limit=MAX_DOCUMENT_BYTES))
        return await _keep_text(kept, user_id, body, key=body.key or clock.new_id())

    return keep


async def _keep_file(
    documents: Documents, user_id: str, file: UploadedFile, *, key: str
) -> ASGIApp:
    """Create a document from a file, or several. The user has not seen its text here.

    After a crash in between, the same request with the same key makes those that are missing.
    """
    made = [
        await documents.create(
            user_id,
            title=part.title,
            body=part.body,
            foreign=file.foreign,
            key=f"page:{key}" if number == 1 else f"page:{key}:{number}",
        )
        for number, part in enumerate(file.parts, 1)
    ]
    listed = [{"id": one.id, "title": one.title} for one in made]
    about = {"cut": file.cut, "parts": listed, "pages": file.pages}
    return Answer({**document_to_wire(made[0]), **about}, 201)


async def _keep_text(
    documents: Documents, user_id: str, text: DocumentBody, *, key: str
) -> ASGIApp:
    document = await documents.create(
        user_id, title=text.title, body=text.body, foreign=not text.typed, key=f"page:{key}"
    )
    if text.typed:
        await documents.mark_seen(user_id, document.id, version=document.version)
    return Answer(document_to_wire(document), 201)


def _seeing(documents: Callable[[], Documents | None]) -> ResourceHandler:
    async def see(request: Request, user_id: str) -> ASGIApp:
        """Note that the user has seen a document: a question need not show it whole again."""
        kept = there(documents(), "documents")
        body = parse(SeenBody, await read_json(request))
        was_there = await kept.mark_seen(user_id, body.id, version=body.version)
        known(was_there or None, "document")
        return Answer({"id": body.id, "version": body.version})

    return see
