"""The user's own things as the page sends them and gets them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from brain.documents.ports import Document, Passage
from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS, version
from brain.http.bodies import Body, ClientId, cleaned, not_blank
from brain.run.codec import iso, message_to_wire
from brain.run.messages import Message
from brain.run.tools import Json

MAX_DOCUMENT_BYTES = 1024 * 1024  # of a body: the longest text in any script, escapes included


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
    return {
        "id": document.id,
        "title": document.title,
        "version": version(document.title, document.body),
        "updatedAt": iso(document.updated_at),
        "foreign": document.foreign,
        "body": document.body,
    }


def passage_to_wire(passage: Passage) -> Json:
    """A document in a list."""
    return {
        "id": passage.document_id,
        "title": passage.title,
        "version": passage.version,
        "updatedAt": iso(passage.updated_at),
        "foreign": passage.foreign,
        "snippet": passage.snippet,
    }


def question_to_wire(message: Message) -> Json:
    """A question that waits, without its place in the log, which it is not kept with."""
    wire = message_to_wire(message)
    told = ("id", "kind", "text", "question", "expiresAt", "createdAt", "foreign")
    return {name: wire[name] for name in told if name in wire}
