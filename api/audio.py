"""/api/voiceSession: sessions with vendors. /api/audioUpload, /api/audioStream: audio over HTTP.

Rewrites lead here.
"""

from brain.http.names import by_name, later
from brain.routes.voice_session import begin_voice, end_voice
from brain.settings import environment
from brain.wiring import Wiring

UPLOAD, STREAM = "brain.routes.audio_upload", "brain.routes.audio_stream"

app = by_name(
    {
        "voiceSession": {"POST": begin_voice, "DELETE": end_voice},
        "audioUpload": {"POST": later("brain.routes.audio_upload", "audio_upload")},
        "audioStream": {
            "GET": later(STREAM, "audio_stream"),
            "POST": later(STREAM, "audio_ticket"),
        },
    },
    Wiring(environment()),
)
