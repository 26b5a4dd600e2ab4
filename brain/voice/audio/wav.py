"""WAV files: their length in seconds, and several of them as one."""

from collections.abc import Iterator, Sequence
from struct import pack, unpack_from

from msgspec import Struct

from brain.codec.text import name_only

HEADER = 12  # bytes: RIFF, size, WAVE
CHUNK = 8  # bytes before the content of a chunk: name, size
LEAST_FORMAT = 16  # bytes of the chunk that describes the samples
MOST_BYTES = 0xFFFF_FFFF  # the format's own bound, and what a server writes that streams


class NotWav(ValueError):
    """The data is not a WAV file that can be read."""


class Wav(Struct, frozen=True, kw_only=True):
    """A WAV file: the bytes that describe its samples, and the samples."""

    form: bytes
    samples: bytes

    __repr__ = name_only

    @property
    def seconds(self) -> float | None:
        """The length; None if the file gives no rate."""
        [rate] = unpack_from("<I", self.form, 8)
        return len(self.samples) / rate if rate else None


def parse(data: bytes) -> Wav:
    """Read a WAV file. A server that streams does not know the size, and writes 0 or the largest
    number: then the samples go to the end. Raises NotWav.
    """
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise NotWav("not a WAV file")
    form = b""
    for name, start, size in _chunks(data):
        if name == b"fmt ":
            form = data[start : start + size]
        elif name == b"data":
            if len(form) < LEAST_FORMAT:
                raise NotWav("the samples are not described")
            [block] = unpack_from("<H", form, 12)
            end = start + size if 0 < size <= len(data) - start else len(data)
            end -= (end - start) % max(block, 1)
            if end <= start:
                raise NotWav("no samples")
            return Wav(form=form, samples=data[start:end])
    raise NotWav("no samples")


def joined(parts: Sequence[bytes]) -> bytes:
    """Return one WAV file with the samples of all parts. Parts of another form than the first are
    left out. Raises NotWav if a part cannot be read or `parts` is empty.
    """
    read = [parse(part) for part in parts]
    if not read:
        raise NotWav("no parts")
    form = read[0].form
    samples = b"".join(part.samples for part in read if part.form == form)
    padding = b"\0" * (len(samples) % 2)
    form_chunk = b"fmt " + pack("<I", len(form)) + form + b"\0" * (len(form) % 2)
    content = b"WAVE" + form_chunk + b"data" + pack("<I", len(samples)) + samples + padding
    return b"RIFF" + pack("<I", len(content)) + content


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, the place of its content, and its size as written."""
    place = HEADER
    while place + CHUNK <= len(data):
        [size] = unpack_from("<I", data, place + 4)
        yield data[place : place + 4], place + CHUNK, size
        place += CHUNK + size + size % 2
