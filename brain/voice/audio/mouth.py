"""`Mouth` on a server with `/audio/speech`, such as Kokoro-FastAPI, speaches or Groq."""

import logging

from brain.errors import VendorRefused
from brain.voice.audio import mp3, wav
from brain.voice.audio.kinds import format_of
from brain.voice.audio.model import Sound, SoundFormat
from brain.voice.audio.server import ServerReply, SpeechServer
from brain.voice.audio.settings import MouthSettings

LIMIT_S = 20.0  # seconds for one sentence
MOST_BYTES = 6 * 1024 * 1024  # a sentence of 200 characters as WAV: 20 s at 48 kHz, stereo, 16 bit
SPEED = 1.0

log = logging.getLogger("brain")


class HttpMouth:
    """Asks for one sentence at a time."""

    def __init__(self, settings: MouthSettings, *, limit_s: float = LIMIT_S) -> None:
        self._settings = settings
        self._limit_s = limit_s
        self._server = SpeechServer("mouth", settings.at)
        self._instead: dict[SoundFormat, SoundFormat] = {}  # formats that the server cannot make

    async def say(self, sentence: str, *, format: SoundFormat) -> Sound:
        """Some servers make only one format: after a refusal the other one is asked for."""
        first = self._instead.get(format, format)
        reply = await self._ask(sentence, first)
        if reply.status in (400, 415, 422):
            other: SoundFormat = "wav" if first == "mp3" else "mp3"
            reply = await self._ask(sentence, other)
            if reply.status == 200:
                self._instead[format] = other
        return _sound(reply)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    async def _ask(self, sentence: str, format: SoundFormat) -> ServerReply:
        return await self._server.post(
            "/audio/speech",
            limit_s=self._limit_s,
            most_bytes=MOST_BYTES,
            json={
                "model": self._settings.model,
                "voice": self._settings.voice,
                "input": sentence,
                "response_format": format,
                "speed": SPEED,
            },
        )


def _sound(reply: ServerReply) -> Sound:
    """Return the sound in an answer. Raises VendorRefused.

    What it is, its bytes say: servers name other types, and some report an error with status 200.
    It is written again, because servers that stream do not know the size in a file's header.
    """
    found = format_of(reply.body) if reply.status == 200 else None
    if found is None:
        log.warning("mouth: no sound, status=%d", reply.status)
        raise VendorRefused(f"the mouth did not answer with a sound, but with {reply.status}")
    try:
        data = wav.joined([reply.body]) if found == "wav" else mp3.frames(reply.body)
    except (wav.NotWav, mp3.NotMp3) as error:
        raise VendorRefused("the mouth's sound cannot be read") from error
    return Sound(format=found, data=data)
