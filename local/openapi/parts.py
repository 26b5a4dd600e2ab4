"""The named parts of the document: the schemas of what is sent and taken, and the errors."""

from typing import Any

from brain.chat.pieces import PIECE
from brain.codec import Form, Json
from brain.documents.files.kinds import Cut
from brain.email.http import EmailData
from brain.email.wire import EMAIL, FOUND
from brain.events.bodies import (
    DocumentData,
    EventBody,
    EventData,
    OwnBody,
    ReminderData,
)
from brain.http.bodies import HangUpBody, SessionBody, VoiceBody, WakeCallBody
from brain.http.orders import (
    AnswerBody,
    ClaimBody,
    DecideBody,
    EditBody,
    HeardBody,
    StopBody,
    WithdrawBody,
)
from brain.http.right import BYE
from brain.http.takes import AudioBody
from brain.jobs.assist_http import AssistBody
from brain.memory.rules import FACT
from brain.notices.http import RuleBody
from brain.notices.push.http import PushBody
from brain.notices.rules import RULE
from brain.preferences.rules import IN_USE, PREFERENCES
from brain.questions.http import ASKED
from brain.routes.audio_stream import TicketBody
from brain.routes.calls import OUTCOME
from brain.routes.stream import RESET, RUN_CHANGE
from brain.routes.voice_session import VoiceEndBody, VoiceSessionBody
from brain.run.messages import Decision
from brain.run.records import MESSAGE, UTTERANCE
from brain.run.store import STATUS
from brain.user.http import EraseBody
from local.openapi.assist import ASSIST
from local.openapi.audio import AUDIO
from local.openapi.chat import CHAT
from local.openapi.controlled import controlled
from local.openapi.document_parts import DOCUMENT_BODIES, DOCUMENT_FORMS
from local.openapi.health import HEALTH, PERSONA, in_use
from local.openapi.job_parts import GIVEN_SCENARIOS, JOB_BODIES, JOB_FORMS, JOBS
from local.openapi.schemas import FLAG, MOMENT, TEXT, WHOLE, Schemas, nullable, page, ref, thing
from local.openapi.user import ERASED, ERASED_ENTRY, READ
from local.openapi.voice import VOICE

FORMS: dict[str, Form[Any]] = {
    "Decided": Form(Decision),
    "Utterance": UTTERANCE,
    "Message": MESSAGE,
    "Reply": OUTCOME,
    "Status": STATUS,
    "PieceData": PIECE,
    "RunChange": RUN_CHANGE,
    "Reset": RESET,
    "Bye": BYE,
    **DOCUMENT_FORMS,
    **JOB_FORMS,
    "Email": EMAIL,
    "EmailFound": FOUND,
    "Fact": FACT,
    "Rule": RULE,
    "Preferences": PREFERENCES,
    "InUse": IN_USE,
}
ORDERS = (StopBody, HeardBody, ClaimBody, WithdrawBody, DecideBody, EditBody, AnswerBody)
EVENTS = (EmailData, ReminderData, DocumentData, EventData)
ERRORS = {
    400: "The body is not JSON.",
    401: "The token, access key or signature is missing or invalid.",
    403: "The channel belongs to another user.",
    404: "Not found.",
    406: "The format is not made here.",
    409: "This does not fit what is there now: a question is decided already, a voice session is "
    "open, a job has ended or is still open, a document has changed.",
    412: "The profile has another version.",
    413: "The body is too long.",
    415: "The body is not application/json.",
    416: "The file is shorter than the part that is asked for.",
    422: "The request does not fit the schema; `errors` names each field.",
    426: "This route is for WebSockets.",
    429: "Too many messages, or too many wrong keys, in a short time; see Retry-After.",
    500: "The server has failed, or is not fully set up.",
    502: "A vendor or a speech server has refused.",
    503: "A service cannot be reached; see Retry-After. Nothing was accepted.",
}


def listed(name: str) -> Json:
    """A list of a named schema."""
    return {"type": "array", "items": ref(name)}


def components() -> Json:
    """Collect the components of the document."""
    schemas = Schemas(FORMS)
    schemas.take(VoiceBody, SessionBody, WakeCallBody, HangUpBody, *DOCUMENT_BODIES, *ORDERS)
    schemas.take(EventBody, OwnBody, *EVENTS, RuleBody, PushBody, VoiceSessionBody, VoiceEndBody)
    schemas.take(AudioBody, TicketBody, AssistBody)
    schemas.take(*JOB_BODIES, EraseBody)
    found = schemas.components
    found["ScaleBody"]["properties"]["scenarios"] = GIVEN_SCENARIOS
    for entry in ("Utterance", "Message"):  # an erased one has a form of its own
        found[entry]["properties"]["kind"]["enum"].remove("erased")
    found["EventBody"]["properties"]["data"] = {"anyOf": [ref(one.__name__) for one in EVENTS]}
    preferences = found.pop("Preferences")
    own = {**preferences["properties"], "persona": PERSONA}
    found["PreferencesBody"] = {**preferences, "properties": own, "required": []}
    found["PreferencesInUse"] = in_use(preferences)
    return {
        "schemas": {**found, **_by_hand(found)},
        "responses": {f"Problem{status}": _problem(text) for status, text in ERRORS.items()},
        "securitySchemes": SECURITY,
    }


def _by_hand(found: dict[str, Json]) -> dict[str, Json]:
    """What no type of the code stands for: envelopes, and what a vendor sends."""
    asked = found["Message"]
    return {
        "AddedFile": _added_file(found["Document"]),
        "Entry": {"oneOf": [ref("Utterance"), ref("Message")]},
        **_read_log(),
        "AskedQuestion": {
            **asked,
            "description": "A question that waits for a decision.",
            "properties": {name: asked["properties"][name] for name in ASKED},
            "required": [name for name in ASKED if name != "foreign"],
        },
        "Session": SESSION,
        "Features": FEATURES,
        "PusherSettings": PUSHER,
        "Health": HEALTH,
        **controlled(),
        "Order": {"oneOf": [ref(order.__name__) for order in ORDERS]},
        "Taken": thing({"ok": {"type": "boolean", "enum": [True]}}),
        "Deleted": thing({"deleted": TEXT}),
        "ChannelSignature": thing({"auth": TEXT}, channel_data=TEXT),
        "ChannelRequest": thing({"socket_id": TEXT, "channel_name": TEXT}, device=TEXT),
        "ChannelWebhook": thing(
            {"time_ms": WHOLE, "events": {"type": "array", "items": {"type": "object"}}}
        ),
        "Problem": PROBLEM,
        **VOICE,
        **JOBS,
        **ASSIST,
        **AUDIO,
        **CHAT,
    }


def _read_log() -> dict[str, Json]:
    """The log as it is read: forwards, backwards, and what a search finds."""
    found = thing({"entry": ref("Entry"), "snippet": TEXT})
    earlier = {"messages": READ, "previousBefore": nullable(WHOLE), "lastSeq": WHOLE}
    return {
        "ErasedEntry": ERASED_ENTRY,
        "Erased": ERASED,
        "LogPage": thing({"messages": READ, "nextSince": WHOLE, "lastSeq": WHOLE}),
        "EarlierPage": thing(earlier),
        "FoundPage": page("found", {"type": "array", "items": found}),
    }


def _added_file(document: Json) -> Json:
    cut = nullable({"type": "string", "enum": list(Cut)})
    part = thing({name: document["properties"][name] for name in ("id", "title")})
    all_parts = {"type": "array", "items": part}
    more = {"cut": cut, "parts": all_parts, "pages": nullable(WHOLE)}
    return {
        **document,
        "description": "The document of a file, or the first of several if the file is long:"
        " `parts` are all of them. `pages`: how many a PDF has. `cut` says why the rest of a text"
        " file is missing.",
        "properties": {**document["properties"], **more},
        "required": [*document["required"], *more],
    }


def _problem(text: str) -> Json:
    return {
        "description": text,
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


PROBLEM: Json = {
    "description": "An error, as RFC 9457 has it. `errors` names the fields that are wrong.",
    **thing(
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}},
        detail=TEXT,
        errors={"type": "array", "items": thing({"field": TEXT, "message": TEXT})},
        voiceSessionId=TEXT,
    ),
}
FEATURES: Json = {
    "description": "What is available to this user.",
    **thing(
        {
            "documents": FLAG,
            "memory": FLAG,
            "email": FLAG,
            "model": thing({"name": nullable(TEXT), "scripted": FLAG}, problem=TEXT),
            "name": nullable(TEXT),
            "local": FLAG,
            "jobs": FLAG,
            "voice": ref("VoiceFeatures"),
        },
        push=FLAG,
    ),
}
PUSHER: Json = thing(
    {"key": TEXT, "forceTLS": FLAG}, cluster=TEXT, wsHost=TEXT, wsPort={"type": "integer"}
)
SESSION: Json = {
    "description": "All that a page needs. `cursor` is the log's last seq, `time` the server's. "
    "`zone` and `language` are those in use.",
    **thing(
        {
            "time": MOMENT,
            "userId": TEXT,
            "token": TEXT,
            "expiresAt": MOMENT,
            "channel": TEXT,
            "presenceChannel": TEXT,
            "pusher": nullable(ref("PusherSettings")),
            "cursor": WHOLE,
            "zone": TEXT,
            "language": TEXT,
            "features": ref("Features"),
        }
    ),
}
SECURITY: Json = {
    "user": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "queue": {"type": "apiKey", "in": "header", "name": "Upstash-Signature"},
    "channel": {"type": "apiKey", "in": "header", "name": "X-Pusher-Signature"},
    "webhook": {"type": "apiKey", "in": "header", "name": "Webhook-Signature"},
    "postmark": {"type": "http", "scheme": "basic"},
}
