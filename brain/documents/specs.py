"""What the model is told of the document tools."""

from brain.documents.rules import MAX_BODY_CHARS, MAX_TITLE_CHARS
from brain.run.tools import Effect, ToolSpec

PASSAGES = 5  # of a search unless asked otherwise: about 500 tokens
MAX_PASSAGES = 20
MAX_QUERY_CHARS = 1_000
MAX_ID_CHARS = 64

_TITLE = {"type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS}
_TEXT = {"type": "string", "maxLength": MAX_BODY_CHARS}
VERSION = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ID_CHARS,
    "description": (
        "its version as searchDocuments or readDocument gave it: nothing is done with another text"
    ),
}
ID = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ID_CHARS,
    "description": "a document's id as searchDocuments or createDocument gave it",
}

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
        "charactersLeft says how much follows, nextOffset where to go on reading. version names "
        "the text as it is now."
    ),
    parameters={
        "type": "object",
        "properties": {
            "id": ID,
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
            "id": ID,
            "title": {**_TITLE, "description": "the new title"},
            "body": {**_TEXT, "description": "the text that replaces the old one"},
            "append": {**_TEXT, "minLength": 1, "description": "what to add, on a line of its own"},
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    guarded=True,
)

DELETE = ToolSpec(
    name="deleteDocument",
    description=(
        "Delete a document for good. The user is asked before it goes. To take something out of a "
        "document, use updateDocument."
    ),
    parameters={
        "type": "object",
        "properties": {"id": ID, "version": VERSION},
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    asks=True,
)
