"""GET, POST and DELETE /api/documents: the user's documents."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Form, Json
from brain.documents.ports import Document, Documents, Passage
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.feature import Resources
from brain.http.bodies import Body, ClientId, cleaned, not_blank, parse
from brain.http.edge import Answer, read_json, tagged
from brain.http.resources import deleted, id_of, known, limit_of, query_of, there
from brain.run.ports import Clock

MAX_DOCUMENT_BYTES = 1024 * 1024  # of a body: the longest text in any script, escapes included

_TOLD = ("id", "title", "version", "updatedAt", "foreign")
DOCUMENT = Form(Document, also=("version",), first=_TOLD)
PASSAGE = Form(Passage, without=("score",), first=_TOLD)


class DocumentBody(Body):
    """POST /api/documents. `typed`: the user has written it on the page; else it comes from a file,
    whoever wrote that. `key`: the same one makes one document, however often it is sent.
    """

    title: Annotated[
        str, Field(max_length=MAX_TITLE_CHARS), BeforeValidator(cleaned), AfterValidator(not_blank)
    ]
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS), BeforeValidator(cleaned)]
    typed: bool = False
    key: ClientId | None = None


def document_to_wire(document: Document) -> Json:
    """The whole of it."""
    return DOCUMENT.encode(document)


def passage_to_wire(passage: Passage) -> Json:
    """A document in a list."""
    return PASSAGE.encode(passage)


def document_routes(documents: Callable[[], Documents | None], clock: Clock) -> Resources:
    """All of them."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """One by its `id`; those that fit a `query`, best first; else the newest."""
        kept = there(documents(), "documents")
        if (id := request.query_params.get("id")) is not None:
            return tagged(
                request, document_to_wire(known(await kept.read(user_id, id), "document"))
            )
        query, limit = query_of(request), limit_of(request)
        if query:
            found = await kept.search(user_id, query=query, limit=limit)
        else:
            found = await kept.newest(user_id, limit=limit)
        return tagged(request, {"documents": [passage_to_wire(passage) for passage in found]})

    async def keep(request: Request, user_id: str) -> ASGIApp:
        """A text from a file, whoever wrote it, or typed on the page by the user."""
        kept = there(documents(), "documents")
        body = parse(DocumentBody, await read_json(request, limit=MAX_DOCUMENT_BYTES))
        document = await kept.create(
            user_id,
            title=body.title,
            body=body.body,
            foreign=not body.typed,
            key=f"page:{body.key or clock.new_id()}",
        )
        return Answer(document_to_wire(document), 201)

    async def delete(request: Request, user_id: str) -> ASGIApp:
        """For good. Unasked: here it is the user who does it."""
        kept, id = there(documents(), "documents"), id_of(request)
        is_gone = await kept.delete(user_id, id, key=f"page:{clock.new_id()}")
        return deleted(id, "document", was_there=is_gone)

    return {"documents": {"GET": show, "POST": keep, "DELETE": delete}}
