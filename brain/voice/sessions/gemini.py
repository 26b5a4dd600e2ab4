"""Gemini Live: the page connects by itself, with a token that is good for one session and for these
settings only.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from brain.codec import Json
from brain.voice.sessions.model import Brief, VendorSession
from brain.voice.sessions.rules import (
    ASK_BRAIN,
    ASK_DESCRIPTION,
    TEXT_DESCRIPTION,
    with_history,
)
from brain.voice.sessions.wire import VendorWire, object_in, text_at
from brain.voice.settings import VendorSettings

NAME = "gemini-live"
SOCKET = "google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
MAX_TOKEN_CHARS = 4_096


ASK: Json = {
    "name": ASK_BRAIN,
    "description": ASK_DESCRIPTION,
    "behavior": "NON_BLOCKING",  # the call stays open while the brain works
    "parameters": {
        "type": "OBJECT",
        "properties": {"text": {"type": "STRING", "description": TEXT_DESCRIPTION}},
        "required": ["text"],
    },
}


class GeminiLive:
    """`SpeechVendor` on Gemini Live. Its sessions end with their tokens."""

    def __init__(self, at: VendorSettings) -> None:
        self._at = at
        self._wire = VendorWire(NAME, at.base_url, {"x-goog-api-key": at.api_key})

    async def create(self, brief: Brief) -> VendorSession:
        body = token_request(self._at, brief)
        found = object_in(await self._wire.create("/v1alpha/auth_tokens", json=body), NAME)
        token = text_at(found, NAME, "name", longest=MAX_TOKEN_CHARS)
        wire = {"url": socket_url(self._at.base_url), "token": token, "model": _model(self._at)}
        return VendorSession(call_id="", wire=wire)

    async def hang_up(self, call_id: str) -> bool:
        return False  # the token's expireTime ends it


def token_request(at: VendorSettings, brief: Brief) -> Json:
    """Return the request for a token. Without a field mask, the page cannot change it."""
    instructions = with_history(brief.instructions, brief.input)
    return {
        "uses": 1,
        "expireTime": _moment(brief.end),
        "newSessionExpireTime": _moment(min(brief.start_end, brief.end)),
        "bidiGenerateContentSetup": {
            "model": _model(at),
            "generationConfig": {"responseModalities": ["AUDIO"]},
            "systemInstruction": {"parts": [{"text": instructions}]},
            "tools": [{"functionDeclarations": [ASK]}],
            "sessionResumption": {},
            "inputAudioTranscription": {},
            "outputAudioTranscription": {},
            "contextWindowCompression": {"slidingWindow": {}},
        },
    }


def socket_url(base_url: str) -> str:
    """Return where the page connects."""
    parts = urlsplit(base_url)
    scheme = "ws" if parts.scheme == "http" else "wss"
    return f"{scheme}://{parts.netloc}{parts.path}/ws/{SOCKET}"


def _model(at: VendorSettings) -> str:
    return at.model if at.model.startswith("models/") else f"models/{at.model}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
