"""How the operations of the document are put together, and the parameters that they share."""

from typing import Any

from brain.codec import Json
from brain.codec.places import MOST_CHARS
from brain.documents.rules import MAX_TITLE_CHARS
from brain.http.devices import NAMED
from brain.http.edge import MAX_SEQ
from brain.http.resources import LISTED, MOST_LISTED
from local.openapi.schemas import TEXT, ref

USER: tuple[str, ...] = ("user",)
BODY = (400, 413, 415, 422)  # the errors of a JSON body
EVENTS = {
    "message": "Entry",
    "thought": "PieceData",
    "action": "PieceData",
    "content": "PieceData",
    "run": "RunChange",
    "reset": "Reset",
    "document": "DocumentChange",
    "done": "Reply",
    "bye": "Bye",
    "error": "Problem",
}
SINCE: Json = {
    "name": "sinceSeq",
    "in": "query",
    "description": "Entries after this seq.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_SEQ, "default": 0},
}
LAST_ID: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The seq that the client has; counts before `sinceSeq`.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_SEQ},
}
ID: Json = {"name": "id", "in": "query", "required": True, "schema": TEXT}
ONE: Json = {**ID, "required": False, "description": "Answer with this one alone."}
QUERY: Json = {
    "name": "query",
    "in": "query",
    "description": "Answer with those that fit, best first; else with the newest.",
    "schema": TEXT,
}
CHECK: Json = {
    "name": "check",
    "in": "query",
    "description": "`health`: answer as /api/health does.",
    "schema": {"type": "string", "enum": ["health"]},
}
DEEP: Json = {
    "name": "deep",
    "in": "query",
    "description": "`1`: ask each service; 503 if one does not work.",
    "schema": {"type": "string", "enum": ["1"]},
}
DEVICE: Json = {
    "name": NAMED,
    "in": "query",
    "description": "The name of the page, 8 to 64 of `[A-Za-z0-9_-]`; see reference/roads.md.",
    "schema": TEXT,
}
DOCUMENT: Json = {"name": "document", "in": "query", "required": True, "schema": TEXT}
SINCE_PLACE: Json = {
    "name": "since",
    "in": "query",
    "description": "Changes after this place.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_SEQ, "default": 0},
}
BEFORE: Json = {
    "name": "beforeSeq",
    "in": "query",
    "description": "The last entries before this seq; then `sinceSeq` does not count.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_SEQ},
}
CURSOR: Json = {
    "name": "cursor",
    "in": "query",
    "description": "The `nextCursor` of the page before, unchanged.",
    "schema": {"type": "string", "maxLength": MOST_CHARS},
}
OFFSET: Json = {
    "name": "offset",
    "in": "query",
    "deprecated": True,
    "schema": {"type": "integer", "minimum": 0, "default": 0},
}
MIND: Json = {
    "name": "mind",
    "in": "query",
    "description": "Of this mind, in place of the user's own brain.",
    "schema": TEXT,
}
FILE: list[Json] = [
    {
        "name": "name",
        "in": "query",
        "description": "With a file: its name.",
        "schema": {**TEXT, "maxLength": MAX_TITLE_CHARS},
    },
    {
        "name": "foreign",
        "in": "query",
        "description": "With a file: false if the user says that nobody else wrote it.",
        "schema": {"type": "boolean", "default": True},
    },
    {
        "name": "key",
        "in": "query",
        "description": "With a file: requests with the same key create only one document.",
        "schema": {**TEXT, "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    },
]


def limit(default: int, most: int) -> Json:
    """The parameter for the length of a list."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": "limit", "in": "query", "schema": schema}


LIMIT = limit(LISTED, MOST_LISTED)


def got(summary: str, answer: str | Json, *parameters: Json) -> Json:
    """Describe a reading route, which knows ETags."""
    answers = {"200": answered(answer), "304": {"description": "Not modified (If-None-Match)."}}
    errors = (401, 404, 422, 503)
    return operation(summary, answers, errors=errors, security=USER, parameters=list(parameters))


def deleting(summary: str, *, errors: tuple[int, ...] = ()) -> Json:
    """Describe a route that deletes one thing."""
    return operation(
        summary,
        {"200": answered("Deleted")},
        errors=(401, 404, 422, 503, *errors),
        security=USER,
        parameters=[ID],
    )


def posted(
    summary: str,
    body: str | Json,
    answer: str | Json,
    *,
    errors: tuple[int, ...],
    security: tuple[str, ...] = (),
) -> Json:
    """Describe a route that takes a JSON body."""
    schema = ref(body) if isinstance(body, str) else body
    content = {"application/json": {"schema": schema}}
    return {
        **operation(
            summary, {"200": answered(answer)}, errors=(401, *BODY, *errors), security=security
        ),
        "requestBody": {"required": True, "content": content},
    }


def operation(
    summary: str,
    answers: Json,
    *,
    errors: tuple[int, ...] = (),
    security: tuple[str, ...] = (),
    **more: Any,
) -> Json:
    """Describe a method of a route. Every route may answer 500."""
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in sorted({*errors, 500})
    }
    return {
        "summary": summary,
        **({"security": [{name: []} for name in security]} if security else {}),
        **{name: value for name, value in more.items() if value},
        "responses": {**answers, **problems},
    }


def answered(answer: str | Json) -> Json:
    """Describe an answer of a named schema, or of this one."""
    schema = ref(answer) if isinstance(answer, str) else answer
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def streamed(*, one_run: bool = False) -> Json:
    """Describe the events of a run, or of the log, each with the schema of its data."""
    left_out = ("run", "reset", "document") if one_run else ("thought", "action", "content", "done")
    return {
        "schema": {"type": "string"},
        "x-events": {name: ref(kind) for name, kind in EVENTS.items() if name not in left_out},
    }
