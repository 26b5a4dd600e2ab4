"""The paths of the document: each route with what it takes and what it answers."""

from brain.codec import Json
from brain.routes.reading import DEFAULT_LIMIT, MAX_LIMIT
from local.openapi.assist import assist_paths
from local.openapi.audio import audio_paths
from local.openapi.chat import chat_paths
from local.openapi.documents import document_paths
from local.openapi.jobs import job_paths
from local.openapi.operations import (
    BEFORE,
    CHECK,
    CURSOR,
    DEEP,
    DEVICE,
    ID,
    LAST_ID,
    LIMIT,
    MIND,
    OFFSET,
    ONE,
    QUERY,
    SINCE,
    USER,
    answered,
    deleting,
    got,
    limit,
    operation,
    posted,
    streamed,
)
from local.openapi.parts import listed
from local.openapi.schemas import TEXT, nullable, page, ref, thing
from local.openapi.usage import usage_paths
from local.openapi.user import user_paths
from local.openapi.voice import voice_paths


def paths() -> Json:
    """All paths."""
    session = posted("Start a session.", "SessionBody", "Session", errors=(400, 413, 422, 429, 503))
    session["security"] = [{}, {"user": []}]
    session["requestBody"]["required"] = False
    return {
        "/api/session": {"post": session},
        "/api/startSession": {"post": {**session, "summary": "The same as /api/session."}},
        **_talking(),
        **_reading(),
        **_things(),
        **job_paths(),
        **voice_paths(),
        **audio_paths(),
        **assist_paths(),
        **chat_paths(),
        **_from_services(),
    }


def _talking() -> Json:
    said = posted(
        "Say something to the brain, or to minds.",
        "VoiceBody",
        {"anyOf": [ref("Reply"), ref("Told")]},
        errors=(404, 409, 429, 503),
        security=USER,
    )
    said["responses"]["200"]["content"]["text/event-stream"] = streamed(one_run=True)
    answers = ("Reply", "Stopped", "JobStopped", "HeardMark", "Claimed", "Withdrawn")
    done = {"anyOf": [ref(answer) for answer in answers]}
    return {
        "/api/voiceToBrain": {"post": said},
        "/api/control": {
            "post": posted(
                "Stop, report what was heard, claim a message, take back a text, or decide.",
                "Order",
                done,
                errors=(404, 409, 429, 503),
                security=USER,
            )
        },
        "/api/live": {
            "get": operation(
                "Open a WebSocket (subprotocols `brain`, `token.<JWT>`); see reference/roads.md.",
                {"101": {"description": "The connection is a WebSocket now."}},
                errors=(426,),
            )
        },
    }


WORDS = "The entries with all of these words, newest first, in place of a part of the log."


def _reading() -> Json:
    messages = got(
        "Read the log in order.",
        {"anyOf": [ref("LogPage"), ref("EarlierPage"), ref("FoundPage")]},
        SINCE,
        BEFORE,
        {**QUERY, "description": WORDS},
        CURSOR,
        limit(DEFAULT_LIMIT, MAX_LIMIT),
        MIND,
    )
    stream = operation(
        "Follow the log as it grows.",
        {"200": {"description": "Events.", "content": {"text/event-stream": streamed()}}},
        errors=(401, 404, 422, 503),
        security=USER,
        parameters=[LAST_ID, SINCE, DEVICE, MIND],
    )
    status = {"anyOf": [ref("Status"), ref("Health")]}
    health = operation(
        "Show which services are set up.",
        {"200": answered("Health"), "503": answered("Health")},
        parameters=[DEEP],
    )
    about = {"200": answered({"type": "object"}), "304": {"description": "Not modified."}}
    return {
        "/api/messages": {"get": messages},
        "/api/status": {"get": got("Show what the brain is doing.", status, CHECK, DEVICE, MIND)},
        "/api/stream": {"get": stream},
        "/api/health": {"get": health},
        "/api/openapi.json": {"get": operation("Describe this interface.", about)},
    }


def _things() -> Json:
    emails = {"anyOf": [page("emails", listed("EmailFound")), ref("Email")]}
    facts = page("facts", listed("Fact"), nextOffset={"type": "integer"})
    return {
        **document_paths(),
        **usage_paths(),
        "/api/emails": {
            "get": got("List emails, or read one.", emails, ONE, QUERY, LIMIT, CURSOR),
            "patch": _marking(),
        },
        "/api/facts": {
            "get": got("List what was remembered, newest first.", facts, LIMIT, CURSOR, OFFSET),
            "delete": deleting("Forget a fact."),
        },
        "/api/preferences": _preferences(),
        "/api/rules": _rules(),
        "/api/reminders": _reminders(),
        **user_paths(),
        "/api/questions": {
            "get": got(
                "Show the question that waits for a decision.",
                thing({"question": nullable(ref("AskedQuestion"))}),
            )
        },
    }


def _marking() -> Json:
    unread = {"type": "boolean", "enum": [False]}
    mark = posted(
        "Note that an email was read.",
        thing({"unread": unread}),
        thing({"id": TEXT, "unread": unread}),
        errors=(404, 503),
        security=USER,
    )
    return {**mark, "parameters": [ID]}


def _preferences() -> Json:
    save = posted(
        "Replace the preferences.",
        "PreferencesBody",
        "PreferencesInUse",
        errors=(404, 503),
        security=USER,
    )
    return {"get": got("Read the preferences.", "PreferencesInUse"), "put": save}


def _reminders() -> Json:
    reminder = thing(
        {
            "id": {"type": "string"},
            "text": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "foreign": {"type": "boolean"},
        }
    )
    every = page("reminders", {"type": "array", "items": reminder})
    return {
        "get": got("List the reminders, the next one first.", every, LIMIT, CURSOR),
        "delete": deleting("Cancel a reminder."),
    }


def _rules() -> Json:
    edit = posted(
        "Replace a rule by what the user has typed.",
        "RuleBody",
        "Rule",
        errors=(404, 503),
        security=USER,
    )
    return {
        "get": got("List the rules for notifications.", thing({"rules": listed("Rule")})),
        "put": edit,
        "delete": deleting("Delete a rule."),
    }


def _from_services() -> Json:
    event = {"anyOf": [ref("EventBody"), ref("OwnBody"), {"type": "object"}]}
    report = "Report an event; called by programs, Postmark and the queue. See reference/events.md."
    again = "Continue a run, or end a voice session; called by the queue."
    woken = {"anyOf": [ref("WakeCallBody"), ref("HangUpBody")]}
    presence = "Report who listens; called by the channel's server."
    return {
        "/api/pusherAuth": {"post": _subscribing()},
        "/api/brainToBrain": {"post": _called(again, woken, "queue")},
        "/api/websocketToBrain": {"post": _called(presence, ref("ChannelWebhook"), "channel")},
        "/api/eventToBrain": {"post": _called(report, event, "webhook", "postmark", "queue")},
    }


def _subscribing() -> Json:
    subscribe = posted(
        "Sign a subscription to one of the user's own channels.",
        "ChannelRequest",
        "ChannelSignature",
        errors=(400, 403, 413, 422),
        security=USER,
    )
    form = {"application/x-www-form-urlencoded": {"schema": ref("ChannelRequest")}}
    subscribe["requestBody"]["content"] |= form
    return subscribe


def _called(summary: str, body: Json, *security: str) -> Json:
    return posted(summary, body, "Taken", errors=(503,), security=security)
