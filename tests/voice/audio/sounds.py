"""Small recordings, made byte by byte in the form of each container."""

import io
import wave
from struct import pack


def wav(seconds: float = 1.0, *, hertz: int = 8000, level: int = 0, channels: int = 1) -> bytes:
    """A WAV file of the standard library. Each sample has the value `level`."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(hertz)
        writer.writeframes(pack("<h", level) * round(seconds * hertz) * channels)
    return file.getvalue()


def streamed_wav(samples: bytes, *, size: int = 0xFFFFFFFF) -> bytes:
    """A WAV file of a server that does not know its size when it begins."""
    form = pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    head = b"RIFF" + pack("<I", size) + b"WAVE" + b"fmt " + pack("<I", 16) + form
    return head + b"data" + pack("<I", size) + samples


def mp3_frame(fill: bytes = b"\0") -> bytes:
    """A frame of MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 1,152 samples."""
    return b"\xff\xfb\x90\x00" + fill * 413


def mp3(frames: int = 2, *, fill: bytes = b"\0", tags: bool = True, note: bytes = b"Xing") -> bytes:
    """An MP3 file as encoders write it: a tag, a frame that describes the file, and the sound."""
    sound = mp3_frame(fill) * frames
    if not tags:
        return sound
    tag = b"ID3\x04\x00\x00" + bytes((0, 0, 1, 2)) + b"\xff" * 130  # looks like frames, but is not
    described = b"\xff\xfb\x90\x00" + b"\0" * 32 + note + b"\0" * 377
    return tag + described + sound + b"TAG" + b"\xff" * 125


def element(name: int, content: bytes, *, size: int | None = None) -> bytes:
    """An element of Matroska. Without a size that was known, `size` is -1."""
    label = name.to_bytes((name.bit_length() + 7) // 8)
    if size == -1:
        return label + b"\x01" + b"\xff" * 7 + content
    return label + (0x0100_0000_0000_0000 | len(content)).to_bytes(8) + content


def webm(*clusters: tuple[int, tuple[int, ...]], scale: int = 1_000_000) -> bytes:
    """What a browser records: no length, clusters of unknown size. Times are in units of `scale`
    nanoseconds.
    """
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    info = element(0x1549A966, element(0x2AD7B1, scale.to_bytes(3)))
    found = b""
    for at, offsets in clusters:
        blocks = b"".join(
            element(0xA3, b"\x81" + pack(">h", offset) + b"\x80sound") for offset in offsets
        )
        found += element(0x1F43B675, element(0xE7, at.to_bytes(4)) + blocks)
    return head + element(0x18538067, info + found, size=-1)


def ogg(seconds: float) -> bytes:
    """Two pages of Opus; the last one tells the position."""

    def page(position: int, content: bytes) -> bytes:
        return b"OggS\0\0" + pack("<q", position) + b"\0" * 12 + b"\x01" + content

    return page(0, b"OpusHead" + b"\0" * 11) + page(round(seconds * 48_000), b"sound")


def flac(seconds: float, *, hertz: int = 16_000) -> bytes:
    """The head of a FLAC file."""
    packed = hertz << 44 | 15 << 36 | round(seconds * hertz)
    return b"fLaC" + b"\0\0\0\x22" + b"\0" * 10 + pack(">Q", packed) + b"\0" * 16


def box(name: bytes, content: bytes) -> bytes:
    return pack(">I", len(content) + 8) + name + content


def mp4(seconds: float, *, scale: int = 48_000) -> bytes:
    """A file whose header tells the length."""
    header = box(b"mdhd", pack(">IIIII", 0, 0, 0, scale, round(seconds * scale)) + b"\0" * 4)
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"trak", box(b"mdia", header)))


def fragmented_mp4(durations: tuple[int, ...], *, scale: int = 1000, default: int = 0) -> bytes:
    """What a browser records: the header has no length, each fragment those of its samples."""
    fragments = b""
    at = 0
    for duration in durations:
        own = not default
        form = pack(">II", 0x100 if own else 0, 1) + (pack(">I", duration) if own else b"")
        head = pack(">II", 0x8 if default else 0, 1) + (pack(">I", default) if default else b"")
        run = box(b"tfhd", head) + box(b"tfdt", pack(">II", 0, at)) + box(b"trun", form)
        fragments += box(b"moof", box(b"traf", run)) + box(b"mdat", b"sound")
        at += duration
    return mp4(0, scale=scale) + fragments
