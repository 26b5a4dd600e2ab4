"""The schemas of documents and of their changes."""

from typing import Any

from brain.codec import Form
from brain.documents.edits_http import EDIT, EditsBody, PatchBody
from brain.documents.forms import DOCUMENT, PASSAGE
from brain.documents.http import DocumentBody, SeenBody
from brain.documents.told import CHANGE

DOCUMENT_FORMS: dict[str, Form[Any]] = {
    "Document": DOCUMENT,
    "DocumentFound": PASSAGE,
    "Edit": EDIT,
    "DocumentChange": CHANGE,
}
DOCUMENT_BODIES = (DocumentBody, SeenBody, PatchBody, EditsBody)
