"""PATCH /api/documents, GET and POST /api/edits: changes of documents, and who made them."""

from collections.abc import Callable
from typing import Annotated, Literal, Self

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Form
from brain.documents.anchors import MAX_EDIT_CHARS
from brain.documents.editing import Author, Edit, EditedDocument, EditRefused, Edits
from brain.documents.forms import document_to_wire
from brain.documents.ports import Document
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.documents.told import tell_edit
from brain.errors import ToolFault
from brain.feature import Resources
from brain.http.bodies import INVALID_BODY, Body, cleaned, not_blank, parse
from brain.http.edge import INVALID_QUERY, MAX_SEQ, Answer, Problem, read_json, tagged
from brain.http.resources import id_of, known, there, whole_number
from brain.run.ports import Channel

MAX_ID_CHARS = 64
MAX_PATCH_BYTES = 1024 * 1024
LISTED = 100  # changes in one answer
EDIT = Form(Edit)

type AnchorText = Annotated[str, Field(max_length=MAX_EDIT_CHARS), BeforeValidator(cleaned)]


class PatchBody(Body):
    """The body of PATCH /api/documents: `find` and `replace`, or `body` and `version`.

    A new `title` may go with either, or stand alone with `version`.
    """

    find: AnchorText | None = None
    replace: AnchorText | None = None
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS), BeforeValidator(cleaned)] | None = None
    version: Annotated[str, Field(max_length=MAX_ID_CHARS)] | None = None
    title: (
        Annotated[
            str,
            Field(max_length=MAX_TITLE_CHARS),
            BeforeValidator(cleaned),
            AfterValidator(not_blank),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _is_one_change(self) -> Self:
        by_anchor = (self.find is not None, self.replace is not None)
        whole = self.body is not None or (self.title is not None and not any(by_anchor))
        if any(by_anchor) and (not all(by_anchor) or self.body is not None):
            raise ValueError("must have `find` and `replace`, or `body` and `version`")
        if whole and self.version is None:
            raise ValueError("must have the `version` that it replaces")
        if not whole and not any(by_anchor):
            raise ValueError("must have `find` and `replace`, or `body` and `version`")
        return self


class EditsBody(Body):
    """The body of POST /api/edits: which changes of a document are taken back or decided.

    `place` is one change, `author` all changes of an author. Without either, all that are proposed.
    """

    document: Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]
    do: Literal["undo", "accept", "dismiss"]
    place: Annotated[int, Field(ge=1, le=MAX_SEQ)] | None = None
    author: Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(cleaned)] | None = (
        None
    )

    @model_validator(mode="after")
    def _names_what_is_undone(self) -> Self:
        if self.do == "undo" and self.place is None and self.author is None:
            raise ValueError("must have the `place` of a change, or its `author`")
        return self


class EditRoutes(Struct, frozen=True):
    """The handlers of PATCH /api/documents and of /api/edits."""

    edits: Callable[[], Edits | None]
    channel: Callable[[], Channel]

    def resources(self) -> Resources:
        """Return the route /api/edits with its methods."""
        return {"edits": {"GET": self.show, "POST": self.decide}}

    async def patch(self, request: Request, user_id: str) -> ASGIApp:
        """Change a document at one place, or as a whole."""
        kept, id = there(self.edits(), "documents"), id_of(request)
        body = parse(PatchBody, await read_json(request, limit=MAX_PATCH_BYTES))
        try:
            found = await _patched(kept, user_id, id, body)
        except EditRefused as refused:
            raise _conflict(refused) from None
        except ToolFault as fault:
            errors = [{"field": "body" if body.find is None else "replace", "message": str(fault)}]
            raise Problem(422, INVALID_BODY, errors=errors) from None
        edited = known(found, "document")
        wire = document_to_wire(edited.document)
        return Answer(wire, background=self._told(user_id, edited))

    async def show(self, request: Request, user_id: str) -> ASGIApp:
        """Return the changes of a document after `since`."""
        kept = there(self.edits(), "documents")
        id = request.query_params.get("document")
        if not id:
            errors = [{"field": "document", "message": "is missing"}]
            raise Problem(422, INVALID_QUERY, errors=errors)
        since = whole_number(request, "since", default=0, low=0, high=MAX_SEQ)
        limit = whole_number(request, "limit", default=LISTED, low=1, high=LISTED)
        found = known(await kept.edits(user_id, id, since=since, limit=limit), "document")
        last = found[-1].place if found else since
        return tagged(request, {"edits": [EDIT.encode(edit) for edit in found], "nextSince": last})

    async def decide(self, request: Request, user_id: str) -> ASGIApp:
        """Take changes back, or decide on proposed ones."""
        kept = there(self.edits(), "documents")
        body = parse(EditsBody, await read_json(request))
        try:
            found = await _decided(kept, user_id, body)
        except ToolFault as fault:
            raise Problem(409, str(fault)) from None
        edited = known(found, "document")
        wire = {"document": document_to_wire(edited.document), "kept": list(edited.kept)}
        return Answer(wire, background=self._told(user_id, edited))

    def _told(self, user_id: str, edited: EditedDocument) -> BackgroundTask | None:
        """Return what tells the user's pages, after the response."""
        if edited.edit is None:
            return None
        return BackgroundTask(tell_edit, self.channel(), user_id, edited)


async def _patched(edits: Edits, user_id: str, id: str, body: PatchBody) -> EditedDocument | None:
    if body.find is not None and body.replace is not None:
        return await edits.replace(
            user_id,
            id,
            find=body.find,
            replace=body.replace,
            title=body.title,
            author=Author(),
        )
    return await edits.rewrite(
        user_id, id, body=body.body, version=body.version or "", title=body.title
    )


async def _decided(edits: Edits, user_id: str, body: EditsBody) -> EditedDocument | None:
    if body.do == "undo":
        return await edits.undo(user_id, body.document, place=body.place, author=body.author)
    return await edits.decide(
        user_id,
        body.document,
        place=body.place,
        author=body.author,
        accept=body.do == "accept",
    )


def _conflict(refused: EditRefused) -> Problem:
    """Return the response to a change that does not fit, with the document as it is now."""
    now: Document = refused.document
    title = "The document has changed."
    return Problem(409, title, detail=str(refused), more={"document": document_to_wire(now)})
