"""Audio over HTTP: its paths, and the schemas of what is answered."""

from brain.codec import Json
from brain.http.edge import MAX_SEQ
from local.openapi.operations import LAST_ID, SINCE, USER, operation, posted, streamed
from local.openapi.schemas import FLAG, MOMENT, TEXT, WHOLE, nullable, ref, thing

SECONDS: Json = nullable({"type": "number", "minimum": 0})
HEARD: Json = {"heard": TEXT, "seconds": SECONDS}
AUDIO: dict[str, Json] = {
    "Recognized": {
        "description": "What was said in a recording. `seconds` is null if nobody told its length.",
        **thing(HEARD),
    },
    "HeardReply": {
        "description": "What was said, and the outcome as /api/voiceToBrain returns it.",
        **thing(
            {
                **HEARD,
                "message": nullable(ref("Message")),
                "runId": TEXT,
                "seq": WHOLE,
                "state": TEXT,
            }
        ),
    },
    "AudioPart": {
        "description": "A sentence of a message. `data` is one whole file in base64.",
        **thing(
            {
                "seq": WHOLE,
                "part": WHOLE,
                "last": FLAG,
                "text": TEXT,
                "mimeType": {"type": "string", "enum": ["audio/mpeg", "audio/wav"]},
                "data": TEXT,
            }
        ),
    },
    "Spoken": {
        "description": "All of a message was sent. `skipped` are parts that could not be spoken.",
        **thing({"seq": WHOLE}, skipped={"type": "array", "items": WHOLE}),
    },
    "AudioTicket": thing({"ticket": TEXT, "expiresAt": MOMENT}),
}
SOUND: Json = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}


def audio_paths() -> Json:
    """The paths of audio over HTTP."""
    return {
        "/api/audioUpload": {"post": _upload()},
        "/api/audioStream": {"get": _stream(), "post": _ticket()},
    }


def _upload() -> Json:
    upload = posted(
        "Say something to the brain, as a recording.",
        "AudioBody",
        {"anyOf": [ref("HeardReply"), ref("Recognized")]},
        errors=(429, 502, 503),
        security=USER,
    )
    upload["requestBody"]["content"]["audio/*"] = SOUND
    events = streamed(one_run=True)
    events["x-events"] = {"heard": ref("Recognized"), **events["x-events"]}
    upload["responses"]["200"]["content"]["text/event-stream"] = events
    upload["parameters"] = [
        _query("messageId", "A known one is not heard again.", TEXT),
        _query("patience", "Seconds.", {"type": "number", "minimum": 0, "maximum": 3600}),
        _query("only", "`text`: the brain is not asked.", {"type": "string", "enum": ["text"]}),
        _query("language", "The language that is spoken.", TEXT),
        _query("zone", "The time zone of the device.", TEXT),
    ]
    return upload


def _stream() -> Json:
    kinds = streamed()["x-events"]
    events = {
        "audio": ref("AudioPart"),
        "spoken": ref("Spoken"),
        **{name: kinds[name] for name in ("reset", "bye", "error")},
    }
    files: Json = {"audio/mpeg": SOUND, "audio/wav": SOUND}
    content = {"text/event-stream": {"schema": TEXT, "x-events": events}, **files}
    formats: Json = {"type": "string", "enum": ["mp3", "wav"], "default": "mp3"}
    stream = operation(
        "Hear one message as a file, or new messages sentence by sentence.",
        {
            "200": {"description": "A file, or events.", "content": content},
            "206": {"description": "A part of a file (Range).", "content": files},
        },
        errors=(401, 404, 406, 416, 422, 503),
        parameters=[
            LAST_ID,
            SINCE,
            _query("seq", "This message as a file.", {**WHOLE, "maximum": MAX_SEQ}),
            _query("format", "A server that makes one format only answers in that.", formats),
            _query("ticket", "Instead of a token, for this message.", TEXT),
        ],
    )
    return {"security": [{"user": []}, {}], **stream}


def _ticket() -> Json:
    return posted(
        "Get a ticket for a player that sends no header.",
        "TicketBody",
        "AudioTicket",
        errors=(404, 503),
        security=USER,
    )


def _query(name: str, words: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": words, "schema": schema}
