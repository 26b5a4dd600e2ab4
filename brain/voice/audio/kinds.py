"""The formats of audio: found by content type, or by the first bytes."""

from collections.abc import Sequence

from brain.voice.audio.model import SoundFormat

# What speech servers take, by content type. Browsers record the first four.
EXTENSIONS = {
    "audio/webm": "webm",
    "audio/mp4": "mp4",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/opus": "ogg",
    "audio/vorbis": "ogg",
    "audio/x-opus+ogg": "ogg",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/mp4a-latm": "m4a",
    "audio/mp3": "mp3",
    "audio/mpeg": "mp3",
    "audio/mpeg3": "mp3",
    "audio/mpga": "mp3",
    "audio/x-mp3": "mp3",
    "audio/x-mpeg": "mp3",
    "audio/x-mpeg-3": "mp3",
    "audio/vnd.wave": "wav",
    "audio/wave": "wav",
    "audio/x-pn-wav": "wav",
    "audio/x-wav": "wav",
    "audio/x-webm": "webm",
    "audio/x-matroska": "webm",
}
ACCEPTED: Sequence[str] = ("flac", "mp3", "mp4", "m4a", "ogg", "wav", "webm")


def bare(content_type: str) -> str:
    """Return a content type without its parameters, such as `; codecs=opus`, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def extension_of(content_type: str) -> str | None:
    """Return the extension of a file of this content type; None if no speech server takes it."""
    return EXTENSIONS.get(bare(content_type))


def format_of(data: bytes) -> SoundFormat | None:
    """Return the format of a sound by its first bytes; None if it is neither MP3 nor WAV."""
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    # An MP3 begins with a tag or with a frame of layer III: eleven bits, a version, the layer.
    if data[:3] == b"ID3":
        return "mp3"
    is_frame = len(data) > 3 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0
    return "mp3" if is_frame and data[1] & 0x06 == 0x02 and data[1] & 0x18 != 0x08 else None
