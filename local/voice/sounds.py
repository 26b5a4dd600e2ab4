"""Sound without a codec: WAV files, tones that stand for speech, and MP3 files that are silent.

A file can name the text that it stands for, in the place that its format has for a comment. So the
scripted ear understands what the scripted mouth said.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterator

EAR_RATE = 16_000  # samples per second of what is recognised
MOUTH_RATE = 24_000  # samples per second of what is spoken
SAMPLE_BYTES = 2  # signed, little-endian, one channel

CHARS_PER_S = 15  # of speech
VOLUME = 0.2  # of the loudest possible
LOWEST_HZ, STEP_HZ = 220.0, 20.0  # a word's pitch: longer words are higher
FADE_S = 0.01  # seconds at each end of a tone, against clicks

# An MPEG-1 frame of layer III without side information is silence: 128 kbit/s, 44.1 kHz, one
# channel.
MP3_HEADER = b"\xff\xfb\x90\xc4"
MP3_FRAME_BYTES, MP3_FRAME_S = 417, 1152 / 44_100

COMMENT = "second-brain:"  # before a text that a file stands for


def seconds(pcm: bytes, rate: int) -> float:
    """Return how long these samples last."""
    return len(pcm) / SAMPLE_BYTES / rate


def tones(text: str, *, speed: float = 1.0) -> bytes:
    """Return samples of MOUTH_RATE: one tone for each word, as long as speech would take."""
    samples = array("h")
    for word in text.split():
        samples.extend(_tone(len(word), len(word) / CHARS_PER_S / speed))
        samples.extend([0] * round(MOUTH_RATE / CHARS_PER_S / speed))
    return samples.tobytes()


def _tone(letters: int, length_s: float) -> Iterator[int]:
    count, fade = round(length_s * MOUTH_RATE), FADE_S * MOUTH_RATE
    step = 2 * math.pi * (LOWEST_HZ + STEP_HZ * min(letters, 30)) / MOUTH_RATE
    for i in range(count):
        loudness = VOLUME * min(1.0, i / fade, (count - i) / fade)
        yield round(32_767 * loudness * math.sin(step * i))


def wav(pcm: bytes, rate: int, *, text: str = "") -> bytes:
    """Return a WAV file of these samples, which stands for the text."""
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    said = _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", _comment(text))) if text else b""
    chunks = b"WAVE" + _chunk(b"fmt ", form) + said + _chunk(b"data", pcm)
    return _chunk(b"RIFF", chunks)


def silent_mp3(length_s: float, *, text: str = "") -> bytes:
    """Return an MP3 file of this length that holds silence, and stands for the text."""
    frame = MP3_HEADER.ljust(MP3_FRAME_BYTES, b"\0")
    return _id3(text) + frame * max(1, math.ceil(length_s / MP3_FRAME_S))


def text_of(audio: bytes) -> str | None:
    """Return the text that a file stands for; None if it names none."""
    _, found, rest = audio.partition(COMMENT.encode())
    return rest.partition(b"\0")[0].decode(errors="replace") if found else None


def pcm_of(audio: bytes) -> tuple[bytes, int] | None:
    """Return samples and rate of a WAV file with 16 bits and one channel; None for any other."""
    if audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        return None
    place, rate = 12, 0
    while place + 8 <= len(audio):
        name, size = (
            audio[place : place + 4],
            int.from_bytes(audio[place + 4 : place + 8], "little"),
        )
        content = audio[place + 8 : place + 8 + size]
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", content[:16].ljust(16))
            if (kind, channels, bits) != (1, 1, 16):
                return None
        if name == b"data":
            return (content[: len(content) // 2 * 2], rate) if rate else None
        place += 8 + size + size % 2
    return None


def _chunk(name: bytes, content: bytes) -> bytes:
    padded = content + b"\0" * (len(content) % 2)
    return name + len(content).to_bytes(4, "little") + padded


def _comment(text: str) -> bytes:
    return f"{COMMENT}{text}".replace("\0", " ").encode() + b"\0"


def _id3(text: str) -> bytes:
    """Return an ID3v2.4 tag with the text as a comment in UTF-8; empty without a text."""
    if not text:
        return b""
    content = b"\x03eng\0" + _comment(text)
    frame = b"COMM" + _synchsafe(len(content)) + b"\0\0" + content
    return b"ID3\x04\0\0" + _synchsafe(len(frame)) + frame


def _synchsafe(number: int) -> bytes:
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
