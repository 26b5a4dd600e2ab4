"""The length of a take in seconds, read from its container, where the container tells it.

Browsers write containers while they record, so their headers have no length: it is the time of the
last block. Nothing here decodes sound. Every reader is one pass over the data.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from struct import error as TooShort  # noqa: N812 - says what it means here
from struct import unpack_from

from brain.voice.audio import mp3, wav
from brain.voice.audio.model import Take

LONGEST_S = 24 * 3600.0  # more than this is a broken number
OPUS_HERTZ = 48_000  # the unit of positions in an Ogg stream of Opus, at any rate of the input
MOST_DEPTH = 8  # boxes or elements within each other
MOST_PARTS = 150_000  # boxes or elements; 25 minutes of speech have 75,000, in blocks of 20 ms
# Elements of Matroska: those that contain the others, and the three that tell times.
SEGMENT, INFO, CLUSTER, GROUP = 0x18538067, 0x1549A966, 0x1F43B675, 0xA0
SCALE, CLUSTER_TIME, BLOCK, SIMPLE_BLOCK = 0x2AD7B1, 0xE7, 0xA1, 0xA3
BOXES = (b"moov", b"trak", b"mdia", b"moof", b"traf")  # of MP4, that contain others


def seconds_of(take: Take) -> float | None:
    """Return the length; None if the container does not tell it or cannot be read."""
    read = READERS[take.extension]
    try:
        found = read(take.data)
    except (TooShort, ValueError, IndexError):
        return None
    if found is None or not 0 < found < LONGEST_S:
        return None
    return round(found, 2) or None


def _wav(data: bytes) -> float | None:
    return wav.parse(data).seconds


def _flac(data: bytes) -> float | None:
    """The first block has the rate (20 bits) and the number of samples (36 bits)."""
    if data[:4] != b"fLaC":
        return None
    [packed] = unpack_from(">Q", data, 18)
    rate = packed >> 44
    return (packed & (1 << 36) - 1) / rate if rate else None


def _ogg(data: bytes) -> float | None:
    """The last page has the position of the last sample."""
    last = data.rfind(b"OggS")
    head = data[:200]
    vorbis = head.find(b"\x01vorbis")
    if last < 0 or (vorbis < 0 and b"OpusHead" not in head):
        return None
    [position] = unpack_from("<q", data, last + 6)
    hertz = OPUS_HERTZ if vorbis < 0 else unpack_from("<I", data, vorbis + 12)[0]
    return position / hertz if hertz else None


def _webm(data: bytes) -> float | None:
    """The last block's time, from the time of its cluster."""
    scale, cluster, last = 1_000_000, 0, 0  # nanoseconds per unit; units
    for name, start, end in islice(_elements(data, 0, len(data), 0), MOST_PARTS):
        if name == SCALE:
            scale = int.from_bytes(data[start:end])
        elif name == CLUSTER_TIME:
            cluster = int.from_bytes(data[start:end])
        elif name in (BLOCK, SIMPLE_BLOCK):
            [offset] = unpack_from(">h", data, start + 1)  # after the number of the track
            last = max(last, cluster + offset)
    return last * scale / 1e9


def _elements(data: bytes, place: int, end: int, depth: int) -> Iterator[tuple[int, int, int]]:
    """Yield the elements that matter: name, start and end of the content."""
    while place < end and depth < MOST_DEPTH:
        name, place = _number(data, place, keeps_mark=True)
        size, place = _number(data, place, keeps_mark=False)
        stop = end if size < 0 else min(place + size, end)
        if name in (SEGMENT, INFO, CLUSTER, GROUP):
            yield from _elements(data, place, stop, depth + 1)
        else:
            yield name, place, stop
        place = stop


def _number(data: bytes, place: int, *, keeps_mark: bool) -> tuple[int, int]:
    """Read a number whose first byte tells its length; -1 if all its bits are 1: unknown."""
    length = 9 - data[place].bit_length()
    if length > 8:
        raise ValueError("not an element")
    value = int.from_bytes(data[place : place + length])
    bare = value & (1 << 7 * length) - 1
    if not keeps_mark:
        value = -1 if bare == (1 << 7 * length) - 1 else bare
    return value, place + length


def _mp4(data: bytes) -> float | None:
    """The longest track, or the sum of the fragments, as browsers write them."""
    scale, whole, last = 0, 0.0, 0.0
    defaults = 0
    for name, place in islice(_boxes(data, 0, len(data), 0), MOST_PARTS):
        long = data[place] == 1  # the version of the box
        if name == b"mdhd":
            form, skipped = (">IQ", 20) if long else (">II", 12)
            scale, length = unpack_from(form, data, place + skipped)
            whole = max(whole, length / scale if scale else 0.0)
        elif name == b"tfhd":
            defaults = _default_duration(data, place)
        elif name == b"tfdt" and scale:
            [start] = unpack_from(">Q" if long else ">I", data, place + 4)
            last = max(last, start / scale)
        elif name == b"trun" and scale:
            last += _run_length(data, place, defaults) / scale
    return max(whole, last)


def _boxes(data: bytes, place: int, end: int, depth: int) -> Iterator[tuple[bytes, int]]:
    """Yield each box's name and the place of its content."""
    while place + 8 <= end and depth < MOST_DEPTH:
        size, name = unpack_from(">I4s", data, place)
        content = place + 8
        if size == 1:
            [size] = unpack_from(">Q", data, content)
            content += 8
        stop = min(place + size, end) if size else end
        if stop < content:
            return
        if name in BOXES:
            yield from _boxes(data, content, stop, depth + 1)
        else:
            yield name, content
        place = stop


def _default_duration(data: bytes, place: int) -> int:
    """Return the duration of a sample, as the fragment's header has it; 0 if it has none."""
    [flags] = unpack_from(">I", data, place)
    if not flags & 0x8:
        return 0
    skipped = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    [duration] = unpack_from(">I", data, place + skipped)
    return int(duration)


def _run_length(data: bytes, place: int, default: int) -> int:
    """Return the duration of the samples of a run, in units of the track."""
    flags, count = unpack_from(">II", data, place)
    if not flags & 0x100:  # no duration of its own for each sample
        return int(count * default)
    step = 4 * (flags >> 8 & 0xF).bit_count()
    first = place + 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    count = min(count, (len(data) - first) // step)
    return sum(unpack_from(">I", data, first + step * number)[0] for number in range(count))


READERS: dict[str, Callable[[bytes], float | None]] = {
    "wav": _wav,
    "flac": _flac,
    "ogg": _ogg,
    "webm": _webm,
    "mp4": _mp4,
    "m4a": _mp4,
    "mp3": mp3.seconds,
}
