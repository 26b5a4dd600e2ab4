"""The paths of the document: each route with what it takes and what it answers."""

from typing import Any

from brain.http.edge import MAX_SEQ
from brain.http.resources import LISTED, MOST_LISTED
from brain.routes.reading import DEFAULT_LIMIT, MAX_LIMIT
from brain.run.tools import Json
from local.openapi.parts import ERRORS, TEXT, listed, thing
from local.openapi.schemas import nullable, ref

USER: tuple[str, ...] = ("user",)
BODY = (400, 413, 415, 422)  # the errors of a JSON body
EVENTS = {
    "message": "Entry",
    "thought": "PieceData",
    "action": "PieceData",
    "content": "PieceData",
    "run": "RunChange",
    "reset": "Reset",
    "done": "Reply",
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
OFFSET: Json = {
    "name": "offset",
    "in": "query",
    "schema": {"type": "integer", "minimum": 0, "default": 0},
}


def limit(default: int, most: int) -> Json:
    """The parameter for the length of a list."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": "limit", "in": "query", "schema": schema}


LIMIT = limit(LISTED, MOST_LISTED)


def paths() -> Json:
    """All paths."""
    session = _posted("Start a session.", "SessionBody", "Session", errors=(400, 413, 422, 503))
    session["security"] = [{}, {"user": []}]
    session["requestBody"]["required"] = False
    return {
        "/api/session": {"post": session},
        "/api/startSession": {"post": {**session, "summary": "The same as /api/session."}},
        **_talking(),
        **_reading(),
        **_things(),
        **_from_services(),
    }


def _talking() -> Json:
    said = _posted(
        "Say something to the brain.", "VoiceBody", "Reply", errors=(429, 503), security=USER
    )
    said["responses"]["200"]["content"]["text/event-stream"] = _stream("done", "error")
    done = {"anyOf": [ref("Reply"), ref("Stopped"), ref("HeardMark")]}
    return {
        "/api/voiceToBrain": {"post": said},
        "/api/control": {
            "post": _posted(
                "Stop the run, report what was heard, or decide on a question.",
                "Order",
                done,
                errors=(404, 409, 429, 503),
                security=USER,
            )
        },
        "/api/live": {
            "get": _operation(
                "Open a WebSocket (subprotocols `brain` and `token.<JWT>`); see docs/roads.md.",
                {"101": {"description": "The connection is a WebSocket now."}},
                errors=(426,),
            )
        },
    }


def _reading() -> Json:
    messages = _got("Read the log in order.", "LogPage", SINCE, limit(DEFAULT_LIMIT, MAX_LIMIT))
    stream = _operation(
        "Follow the log as it grows.",
        {"200": {"description": "Events.", "content": {"text/event-stream": _stream()}}},
        errors=(401, 422, 503),
        security=USER,
        parameters=[LAST_ID, SINCE],
    )
    status = {"anyOf": [ref("Status"), ref("Health")]}
    health = _operation("Show which services are set up.", {"200": _json("Health")})
    about = {"200": _json({"type": "object"}), "304": {"description": "Not modified."}}
    return {
        "/api/messages": {"get": messages},
        "/api/status": {"get": _got("Show what the brain is doing.", status, CHECK)},
        "/api/stream": {"get": stream},
        "/api/health": {"get": health},
        "/api/openapi.json": {"get": _operation("Describe this interface.", about)},
    }


def _things() -> Json:
    documents = {"anyOf": [thing({"documents": listed("DocumentFound")}), ref("Document")]}
    emails = {"anyOf": [thing({"emails": listed("EmailFound")}), ref("Email")]}
    facts = thing({"facts": listed("Fact")}, nextOffset={"type": "integer"})
    create = _posted(
        "Keep a document.", "DocumentBody", "Document", errors=(404, 503), security=USER
    )
    create["responses"]["201"] = create["responses"].pop("200")
    save = _posted(
        "Replace the preferences.",
        "PreferencesBody",
        "Preferences",
        errors=(404, 503),
        security=USER,
    )
    return {
        "/api/documents": {
            "get": _got("List documents, or read one.", documents, ONE, QUERY, LIMIT),
            "post": create,
            "delete": _deleting("Delete a document."),
        },
        "/api/emails": {"get": _got("List emails, or read one.", emails, ONE, QUERY, LIMIT)},
        "/api/facts": {
            "get": _got("List what was remembered, newest first.", facts, LIMIT, OFFSET),
            "delete": _deleting("Forget a fact."),
        },
        "/api/preferences": {"get": _got("Read the preferences.", "Preferences"), "put": save},
        "/api/rules": {
            "get": _got("List the rules for notifications.", thing({"rules": listed("Rule")})),
            "delete": _deleting("Delete a rule."),
        },
        "/api/questions": {
            "get": _got(
                "Show the question that waits for a decision.",
                thing({"question": nullable(ref("AskedQuestion"))}),
            )
        },
    }


def _from_services() -> Json:
    subscribe = _posted(
        "Sign a subscription to one of the user's own channels.",
        "ChannelRequest",
        "ChannelSignature",
        errors=(400, 403, 413, 422),
        security=USER,
    )
    form = {"application/x-www-form-urlencoded": {"schema": ref("ChannelRequest")}}
    subscribe["requestBody"]["content"] |= form
    told = (400, 401, 413, 422, 503)
    event = {"anyOf": [ref("EventBody"), ref("OwnBody"), {"type": "object"}]}
    return {
        "/api/pusherAuth": {"post": subscribe},
        "/api/brainToBrain": {
            "post": _posted(
                "Continue a run; called by the queue.",
                "WakeCallBody",
                "Taken",
                errors=told,
                security=("queue",),
            )
        },
        "/api/websocketToBrain": {
            "post": _posted(
                "Report who listens; called by the channel's server.",
                "ChannelWebhook",
                "Taken",
                errors=told,
                security=("channel",),
            )
        },
        "/api/eventToBrain": {
            "post": _posted(
                "Report an event; called by programs, Postmark and the queue. See docs/events.md.",
                event,
                "Taken",
                errors=told,
                security=("webhook", "postmark", "queue"),
            )
        },
    }


def _got(summary: str, answer: str | Json, *parameters: Json) -> Json:
    answers = {"200": _json(answer), "304": {"description": "Not modified (If-None-Match)."}}
    errors = (401, 404, 422, 503)
    return _operation(summary, answers, errors=errors, security=USER, parameters=list(parameters))


def _deleting(summary: str) -> Json:
    return _operation(
        summary,
        {"200": _json("Deleted")},
        errors=(401, 404, 422, 503),
        security=USER,
        parameters=[ID],
    )


def _posted(
    summary: str,
    body: str | Json,
    answer: str | Json,
    *,
    errors: tuple[int, ...],
    security: tuple[str, ...] = (),
) -> Json:
    schema = ref(body) if isinstance(body, str) else body
    content = {"application/json": {"schema": schema}}
    return {
        **_operation(
            summary, {"200": _json(answer)}, errors=(401, *BODY, *errors), security=security
        ),
        "requestBody": {"required": True, "content": content},
    }


def _operation(
    summary: str,
    answers: Json,
    *,
    errors: tuple[int, ...] = (),
    security: tuple[str, ...] = (),
    **more: Any,
) -> Json:
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in sorted({*errors, 500})
        if status in ERRORS
    }
    return {
        "summary": summary,
        **({"security": [{name: []} for name in security]} if security else {}),
        **{name: value for name, value in more.items() if value},
        "responses": {**answers, **problems},
    }


def _json(answer: str | Json) -> Json:
    schema = ref(answer) if isinstance(answer, str) else answer
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _stream(*only_of_a_run: str) -> Json:
    """Events by their names, each with the schema of its data."""
    left_out = ("run", "reset") if only_of_a_run else ("thought", "action", "content", "done")
    return {
        "schema": {"type": "string"},
        "x-events": {name: ref(kind) for name, kind in EVENTS.items() if name not in left_out},
    }
