"""The routes of the function for audio, by the last part of their path and by method."""

from collections.abc import Mapping

from brain.http.edge import Handler
from brain.http.names import later
from brain.routes.voice_session import begin_voice, end_voice
from brain.wiring import Wiring

UPLOAD, STREAM = "brain.routes.audio_upload", "brain.routes.audio_stream"

AUDIO_ROUTES: Mapping[str, Mapping[str, Handler[Wiring]]] = {
    "voiceSession": {"POST": begin_voice, "DELETE": end_voice},
    "audioUpload": {"POST": later(UPLOAD, "audio_upload")},
    "audioStream": {"GET": later(STREAM, "audio_stream"), "POST": later(STREAM, "audio_ticket")},
}
