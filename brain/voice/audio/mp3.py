"""MP3 files: the frames of several of them as one file.

An MP3 file is a sequence of frames, perhaps with tags around them. So files can be joined, but not
their tags: a player would take the first file's length for that of all.
"""

from collections.abc import Iterator, Sequence
from struct import unpack_from

TAG = 10  # bytes of the header of an ID3v2 tag
OLD_TAG = 128  # bytes of an ID3v1 tag, at the end
HEADER = 4  # bytes of the header of a frame
# Kilobits per second of layer III by index, for MPEG 1, and for MPEG 2 and 2.5.
RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# Samples per second of MPEG 1 by index; MPEG 2 has half of them, MPEG 2.5 a quarter.
SAMPLES = (44100, 48000, 32000)
NOTES = (b"Xing", b"Info", b"VBRI")  # a frame with one of these describes its file, and is silent
NOTE_WITHIN = 64  # bytes from the start of a frame
MOST_GAPS = 10_000  # bytes that look like the beginning of a frame and are not


class NotMp3(ValueError):
    """The data has no frame of an MP3 file."""


def frames(data: bytes) -> bytes:
    """Return the frames of a file without tags, and without the frame that describes the file.

    Raises NotMp3 without a frame.
    """
    found = b"".join(data[start:end] for start, end, _ in _sound(data))
    if not found:
        raise NotMp3("no frames")
    return found


def joined(parts: Sequence[bytes]) -> bytes:
    """Return one file with the frames of all parts. Raises NotMp3."""
    return b"".join(frames(part) for part in parts)


def seconds(data: bytes) -> float | None:
    """Return the length of a file; None if it has no frame."""
    return sum(seconds for _, _, seconds in _sound(data)) or None


def _sound(data: bytes) -> Iterator[tuple[int, int, float]]:
    """Yield the start and the end of each frame with sound, and its length in seconds."""
    place, end = _after_tags(data), len(data) - OLD_TAG
    end = end if data[end : end + 3] == b"TAG" and end >= 0 else len(data)
    is_first, gaps = True, 0
    while place + HEADER <= end and gaps < MOST_GAPS:
        size, length = _frame(data, place)
        if not size:
            place, gaps = _next(data, place + 1, end), gaps + 1
            continue
        is_note = is_first and any(note in data[place : place + NOTE_WITHIN] for note in NOTES)
        if not is_note and place + size <= end:  # a frame that was cut off is left out
            yield place, place + size, length
        place, is_first = place + size, False


def _after_tags(data: bytes) -> int:
    """Return the place after all ID3v2 tags, whose sizes have seven bits to the byte."""
    place = 0
    while data[place : place + 3] == b"ID3" and place + TAG <= len(data):
        size = 0
        for byte in data[place + 6 : place + TAG]:
            size = size << 7 | byte & 0x7F
        place += TAG + size
    return place


def _next(data: bytes, place: int, end: int) -> int:
    """Return the place of the next byte that may begin a frame."""
    found = data.find(b"\xff", place, end)
    return end if found < 0 else found


def _frame(data: bytes, place: int) -> tuple[int, float]:
    """Return a frame's size in bytes and its length in seconds; (0, 0) if none begins here."""
    [header] = unpack_from(">I", data, place)
    version, layer = header >> 19 & 3, header >> 17 & 3  # version 3: MPEG 1, 2: 2, 0: 2.5
    rate, samples, padding = header >> 12 & 15, header >> 10 & 3, header >> 9 & 1
    if header >> 21 != 0x7FF or version == 1 or layer != 1 or rate in (0, 15) or samples == 3:
        return 0, 0.0
    hertz = SAMPLES[samples] >> {3: 0, 2: 1, 0: 2}[version]
    bits = (RATES_1 if version == 3 else RATES_2)[rate] * 1000
    count = 1152 if version == 3 else 576
    return count // 8 * bits // hertz + padding, count / hertz
