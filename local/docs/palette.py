"""Makes a PNG smaller: 256 colours, and better compression than a browser takes time for.

A screenshot of a page has few colours besides the shades at the edges of letters, so the difference
is not visible. Needs only the standard library.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256  # colours of a palette, whose indices are bytes
REGION = 16  # steps of each channel that share one colour
CHANNELS = {2: 3, 6: 4}  # bytes of a pixel, by colour type: RGB, RGBA
INDEXED = 3  # the colour type of a picture with a palette

type Colour = bytes  # red, green, blue


def reduced(png: bytes) -> bytes:
    """Return the picture with a palette.

    Raises ValueError unless the picture is 8-bit RGB or RGBA without interlacing.
    """
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in CHANNELS or interlaced:
        raise ValueError("only 8-bit RGB or RGBA pictures without interlacing can be reduced")
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    rows = list(_rows(data, width * CHANNELS[kind], CHANNELS[kind]))
    pixels = [_colours(row, CHANNELS[kind]) for row in rows]
    palette = _palette(pixels)
    lines = b"".join(b"\0" + bytes([palette[colour] for colour in row]) for row in pixels)
    own = {index: colour for colour, index in reversed(palette.items())}
    table = b"".join(own[index] for index in range(len(own)))
    header = struct.pack(">IIBBBBB", width, height, 8, INDEXED, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", table),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(name, body) for name, body in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(SIGNATURE):
        raise ValueError("this is not a PNG")
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rows(data: bytes, length: int, step: int) -> Iterator[bytes]:
    """Yield the rows with their filters undone (PNG specification, section 9)."""
    above = bytearray(length)
    for at in range(0, len(data), length + 1):
        row = bytearray(data[at + 1 : at + 1 + length])
        _unfilter(data[at], row, above, step)
        yield bytes(row)
        above = row


def _unfilter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        match kind:
            case 0:
                return
            case 1:
                row[i] = (row[i] + left) & 255
            case 2:
                row[i] = (row[i] + above[i]) & 255
            case 3:
                row[i] = (row[i] + (left + above[i]) // 2) & 255
            case 4:
                row[i] = (
                    row[i] + _paeth(left, above[i], above[i - step] if i >= step else 0)
                ) & 255
            case _:
                raise ValueError("the picture has an unknown filter")


def _paeth(left: int, above: int, corner: int) -> int:
    """Return the neighbour closest to the estimate `left + above - corner`."""
    plane = left + above - corner
    return min((left, above, corner), key=lambda neighbour: abs(plane - neighbour))


def _colours(row: bytes, step: int) -> list[Colour]:
    return [row[i : i + 3] for i in range(0, len(row), step)]


def _palette(pixels: list[list[Colour]]) -> dict[Colour, int]:
    """Map each colour to its index in the palette: its own entry, or the nearest one."""
    counts = Counter(colour for row in pixels for colour in row)
    chosen = _chosen(counts)
    palette = {colour: index for index, colour in enumerate(chosen)}
    for colour in counts.keys() - palette.keys():
        palette[colour] = min(range(len(chosen)), key=lambda i: _distance(colour, chosen[i]))
    return palette


def _chosen(counts: Counter[Colour]) -> list[Colour]:
    """Choose the colours of the palette.

    Half of them are the most frequent colours. Each of the others represents a region of the colour
    space, so that a small green mark on a brown page stays green.
    """
    frequent = [colour for colour, _ in counts.most_common(COLOURS // 2)]
    regions: dict[tuple[int, ...], Counter[Colour]] = {}
    for colour in sorted(counts.keys() - set(frequent)):
        region = tuple(channel // REGION for channel in colour)
        regions.setdefault(region, Counter())[colour] = counts[colour]
    largest = sorted(regions.values(), key=Counter.total, reverse=True)
    return frequent + [each.most_common(1)[0][0] for each in largest[: COLOURS - len(frequent)]]


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
