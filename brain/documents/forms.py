"""Documents on the wire."""

from brain.codec import Form, Json
from brain.documents.ports import Document, Passage

_FIRST = ("id", "title", "version", "updatedAt", "foreign")
DOCUMENT = Form(Document, also=("version",), first=_FIRST)
PASSAGE = Form(Passage, without=("score",), first=_FIRST)


def document_to_wire(document: Document) -> Json:
    """Encode a whole document."""
    return DOCUMENT.encode(document)


def passage_to_wire(passage: Passage) -> Json:
    """Encode a document of a search or a list."""
    return PASSAGE.encode(passage)
