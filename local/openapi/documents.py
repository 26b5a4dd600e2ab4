"""The routes of documents and of their changes."""

from brain.codec import Json
from brain.documents.files.kinds import MEDIA_TYPES
from local.openapi.operations import (
    CURSOR,
    DOCUMENT,
    FILE,
    LIMIT,
    ONE,
    QUERY,
    SINCE_PLACE,
    USER,
    deleting,
    got,
    posted,
)
from local.openapi.parts import listed
from local.openapi.schemas import WHOLE, page, ref, thing


def document_paths() -> Json:
    """The routes of documents and of their changes."""
    documents = {"anyOf": [page("documents", listed("DocumentFound")), ref("Document")]}
    see = posted(
        "Note that the user has seen a document.",
        "SeenBody",
        "SeenBody",
        errors=(404, 503),
        security=USER,
    )
    return {
        "/api/documents": {
            "get": got("List documents, or read one.", documents, ONE, QUERY, LIMIT, CURSOR),
            "post": _keeping(),
            "put": see,
            "patch": _patching(),
            "delete": deleting("Delete a document."),
        },
        "/api/edits": _edits(),
    }


def _keeping() -> Json:
    kept = {"anyOf": [ref("Document"), ref("AddedFile")]}
    keep = posted(
        "Keep a text, or the text of a file.",
        "DocumentBody",
        kept,
        errors=(404, 503),
        security=USER,
    )
    keep["responses"]["201"] = keep["responses"].pop("200")
    keep["parameters"] = FILE
    file = {"schema": {"type": "string", "format": "binary"}}
    keep["requestBody"]["content"] |= dict.fromkeys(MEDIA_TYPES, file)
    return keep


def _patching() -> Json:
    return posted(
        "Change a document at one place, or as a whole.",
        "PatchBody",
        "Document",
        errors=(404, 409, 503),
        security=USER,
    )


def _edits() -> Json:
    decide = posted(
        "Take changes of a document back, or decide on proposed ones.",
        "EditsBody",
        thing({"document": ref("Document"), "kept": {"type": "array", "items": WHOLE}}),
        errors=(404, 409, 503),
        security=USER,
    )
    listed_edits = thing({"edits": listed("Edit"), "nextSince": WHOLE})
    shown = got("List the changes of a document.", listed_edits, DOCUMENT, SINCE_PLACE, LIMIT)
    return {"get": shown, "post": decide}
