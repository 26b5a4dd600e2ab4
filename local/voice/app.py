"""All stand-ins of the voice vendors in one ASGI app.

    app = voice_app()                          scripted: it needs nothing but this
    app = voice_app(ear=…, mouth=…, peer=…)    with a real ear, a real mouth, real WebRTC

Base URLs: `{url}/v1` for OpenAI's shapes, `{url}` for Gemini's.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette

from local.voice.audio import AudioRoutes
from local.voice.calls import Peer, Senses, SilentPeer
from local.voice.control import ControlRoutes
from local.voice.errors import Refused, as_openai
from local.voice.gemini import GeminiRoutes
from local.voice.live import LiveRoutes
from local.voice.realtime import RealtimeRoutes
from local.voice.records import Records
from local.voice.senses import Ear, Mouth, ScriptedEar, ScriptedMouth
from local.voice.turns import IsVoice, is_loud


def voice_app(
    *,
    ear: Ear | None = None,
    mouth: Mouth | None = None,
    peer: Callable[[], Peer] = SilentPeer,
    is_voice: Callable[[], IsVoice] = lambda: is_loud,
) -> Starlette:
    """Return the app. What is not given is scripted."""
    records, script = Records(), ScriptedEar()
    senses = Senses(ear=ear or script, mouth=mouth or ScriptedMouth(), peer=peer, is_voice=is_voice)
    routes = [
        *AudioRoutes(senses.ear, senses.mouth, records).routes(),
        *LiveRoutes(senses, records).routes(),
        *RealtimeRoutes(senses, records).routes(),
        *GeminiRoutes(senses, records).routes(),
        *ControlRoutes(records, script).routes(),
    ]
    return Starlette(routes=routes, exception_handlers={Refused: as_openai})
