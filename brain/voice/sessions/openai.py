"""OpenAI's two: GPT-Live and Realtime. Both speak WebRTC: the page's offer goes through us, so that
no key reaches the page.
"""

import json
import re

from brain.codec import Json
from brain.errors import VendorRefused
from brain.voice.sessions.model import Brief, VendorSession
from brain.voice.sessions.rules import (
    ASK_BRAIN,
    ASK_DESCRIPTION,
    TEXT_DESCRIPTION,
    with_history,
)
from brain.voice.sessions.wire import VendorWire, object_in, text_at
from brain.voice.settings import VendorSettings

LIVE, REALTIME = "openai-live", "openai-realtime"
CALL_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
MAX_SDP_CHARS = 65_536

ACKNOWLEDGE_MS = 2_000  # a fast answer of the brain needs no "let me see" before it
IDLE_S = 60  # seconds without speech until the model pauses, which costs less
MOST_TOKENS = 4_096  # of one response: the vendor's largest number
CLIENT_EVENTS = (
    "session.thinking.append",
    "session.commentary.append",
    "session.input_audio.mute",
    "session.input_audio.unmute",
    "session.close",
)
SERVER_EVENTS = (
    "session.started",
    "session.updated",
    "session.input_transcript.delta",
    "session.output_transcript.delta",
    "session.delegation.created",
    "session.thinking.appended",
    "session.commentary.appended",
    "session.input_audio.muted",
    "session.input_audio.unmuted",
    "session.usage.updated",
    "session.paused",
    "session.resumed",
    "session.closed",
    "error",
    "info",
)


class OpenAILive:
    """`SpeechVendor` on GPT-Live. The page may only send what its adapter needs."""

    def __init__(self, at: VendorSettings) -> None:
        self._at = at
        self._wire = _wire(LIVE, at)

    async def create(self, brief: Brief) -> VendorSession:
        body = {
            "session": live_session(self._at, brief),
            "transport": {"type": "webrtc", "sdp": brief.sdp},
        }
        found = object_in(await self._wire.create("/live/sessions", json=body), LIVE)
        call_id = _call_id(text_at(found, LIVE, "session", "id"), LIVE)
        sdp = text_at(found, LIVE, "transport", "sdp", longest=MAX_SDP_CHARS)
        return VendorSession(call_id=call_id, wire={"sdp": sdp})

    async def hang_up(self, call_id: str) -> bool:
        return await self._wire.end(f"/live/sessions/{call_id}/hangup")


class OpenAIRealtime:
    """`SpeechVendor` on Realtime."""

    def __init__(self, at: VendorSettings) -> None:
        self._at = at
        self._wire = _wire(REALTIME, at)

    async def create(self, brief: Brief) -> VendorSession:
        session = json.dumps(realtime_session(self._at, brief))
        parts = {
            "sdp": (None, brief.sdp, "application/sdp"),
            "session": (None, session, "application/json"),
        }
        response = await self._wire.create("/realtime/calls", files=parts)
        place = response.location.partition("?")[0]
        call_id = _call_id(place.rpartition("/")[2], REALTIME)
        return VendorSession(call_id=call_id, wire={"sdp": _sdp(response.content)})

    async def hang_up(self, call_id: str) -> bool:
        return await self._wire.end(f"/realtime/calls/{call_id}/hangup")


def live_session(at: VendorSettings, brief: Brief) -> Json:
    """Return the session of GPT-Live. The vendor refuses any field that it does not know."""
    kinds = {"user": "input_text", "assistant": "output_text"}
    return {
        "model": at.model,
        "instructions": brief.instructions,
        "input": [
            {
                "type": "message",
                "role": role,
                "content": [{"type": kinds[role], "text": text}],
            }
            for role, text in brief.input
        ],
        "audio": {"output": {"voice": at.voice}},
        "delegation": {"type": "client", "acknowledgement_delay_ms": ACKNOWLEDGE_MS},
        "client": {
            "data_channel": {
                "allowed_client_events": list(CLIENT_EVENTS),
                "allowed_server_events": [{"type": name} for name in SERVER_EVENTS],
            }
        },
        "idle_timeout_s": IDLE_S,
        "wake_policy": {"type": "speech", "vad_threshold": 0.5},
        "safety_identifier": brief.safety_id,
        "store": False,
    }


def realtime_session(at: VendorSettings, brief: Brief) -> Json:
    """Return the session of Realtime. It takes no history but in its instructions."""
    return {
        "type": "realtime",
        "model": at.model,
        "instructions": with_history(brief.instructions, brief.input),
        "tools": [
            {
                "type": "function",
                "name": ASK_BRAIN,
                "description": ASK_DESCRIPTION,
                "parameters": {
                    "type": "object",
                    "properties": {"text": {"type": "string", "description": TEXT_DESCRIPTION}},
                    "required": ["text"],
                    "additionalProperties": False,
                },
            }
        ],
        "tool_choice": "auto",
        "audio": {
            "input": {"turn_detection": {"type": "semantic_vad"}},
            "output": {"voice": at.voice},
        },
        "max_output_tokens": MOST_TOKENS,
        "truncation": {"type": "retention_ratio", "retention_ratio": 0.8},
    }


def _wire(name: str, at: VendorSettings) -> VendorWire:
    return VendorWire(name, at.base_url, {"Authorization": f"Bearer {at.api_key}"})


def _call_id(text: str, name: str) -> str:
    """Return an id that can stand in a path. Raises VendorRefused."""
    if not CALL_ID.fullmatch(text) or text in (".", ".."):
        raise VendorRefused(f"{name} answered without an id")
    return text


def _sdp(content: bytes) -> str:
    text = content.decode(errors="replace")
    if not text.startswith("v=") or len(text) > MAX_SDP_CHARS:
        raise VendorRefused(f"{REALTIME} did not answer with SDP")
    return text
