"""The voice front ends: their paths, and the schemas of what they answer."""

from brain.codec import Json
from local.openapi.operations import USER, posted
from local.openapi.schemas import FLAG, MOMENT, TEXT, WHOLE, thing

VOICE: dict[str, Json] = {
    "VoiceFeatures": {
        "description": "Which voice front ends there are. `scripted`: ear and mouth are scripts.",
        **thing(
            {
                "openai-live": FLAG,
                "openai-realtime": FLAG,
                "gemini-live": FLAG,
                "upload": FLAG,
                "speech": FLAG,
                "chat": FLAG,
            },
            scripted=FLAG,
        ),
    },
    "VoiceSession": {
        "description": "A session of a vendor. `sdp` is the answer of OpenAI's two; `url`, `token` "
        "and `model` are Gemini's; `url` and `ticket` are those of a telephone call.",
        **thing(
            {
                "voiceSessionId": TEXT,
                "vendor": TEXT,
                "expiresAt": MOMENT,
            },
            maxSeconds=WHOLE,
            ticket=TEXT,
            sdp=TEXT,
            url=TEXT,
            token=TEXT,
            model=TEXT,
        ),
    },
    "VoiceEnded": thing({"state": {"type": "string", "enum": ["ended"]}}),
}


def voice_paths() -> Json:
    """The paths of the voice front ends."""
    session = _sessions()
    return {"/api/voiceSession": session, "/api/audio": session}


def _sessions() -> Json:
    begin = posted(
        "Begin a voice session with a vendor.",
        "VoiceSessionBody",
        "VoiceSession",
        errors=(409, 429, 502, 503),
        security=USER,
    )
    begin["responses"]["201"] = begin["responses"].pop("200")
    end = posted(
        "End a voice session.",
        "VoiceEndBody",
        "VoiceEnded",
        errors=(404, 503),
        security=USER,
    )
    return {"post": begin, "delete": end}
