"""A picture with a palette is smaller and looks the same."""

import struct
import zlib

import pytest

from local.docs.palette import SIGNATURE, reduced

RED, GREEN, WHITE = b"\xff\x00\x00", b"\x00\x80\x00", b"\xff\xff\xff"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, rows: list[bytes], kind: int = 2) -> bytes:
    """Return a picture of these rows, each with its filter type in front."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(name, body) for name, body in parts)


def chunks(picture: bytes) -> dict[bytes, bytes]:
    found, at = {}, len(SIGNATURE)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        found[picture[at + 4 : at + 8]] = picture[at + 8 : at + 8 + length]
        at += length + 12
    return found


def pixels(picture: bytes, width: int) -> list[list[bytes]]:
    """Return the colours of a picture with a palette."""
    parts = chunks(picture)
    table, data = parts[b"PLTE"], zlib.decompress(parts[b"IDAT"])
    lines = [data[at + 1 : at + 1 + width] for at in range(0, len(data), width + 1)]
    return [[table[3 * index : 3 * index + 3] for index in line] for line in lines]


def test_each_pixel_keeps_its_colour_with_every_row_filter() -> None:
    up = b"\x02" + bytes(3) + bytes((a - b) % 256 for a, b in zip(GREEN, WHITE, strict=True))
    sub = b"\x01" + RED + bytes((a - b) % 256 for a, b in zip(WHITE, RED, strict=True))
    rows = [b"\x00" + RED + WHITE, up, sub, b"\x03" + bytes(6), b"\x04" + bytes(6)]
    half = bytes(value // 2 for value in RED)
    average = bytes((a + b) // 2 for a, b in zip(half, WHITE, strict=True))
    assert pixels(reduced(png(2, rows)), 2) == [
        [RED, WHITE],
        [RED, GREEN],
        [RED, WHITE],
        [half, average],
        [half, average],
    ]


def test_a_picture_with_transparency_loses_only_its_transparency() -> None:
    row = b"\x00" + RED + b"\xff" + GREEN + b"\xff"
    assert pixels(reduced(png(2, [row], kind=6)), 2) == [[RED, GREEN]]


def test_a_rare_colour_keeps_its_hue_among_hundreds_of_shades() -> None:
    greys = [
        bytes((shade, shade, min(255, shade + more))) for shade in range(256) for more in (0, 3)
    ]
    row = b"\x00" + b"".join(greys) * 2 + GREEN
    colours = pixels(reduced(png(len(greys) * 2 + 1, [row])), len(greys) * 2 + 1)[0]
    assert len(set(colours)) <= 256
    assert colours[-1] == GREEN


@pytest.mark.parametrize("picture", [b"GIF89a", png(1, [b"\x00\x00"], kind=0)])
def test_a_file_that_is_not_a_colour_picture_is_refused(picture: bytes) -> None:
    with pytest.raises(ValueError, match=r"PNG|pictures"):
        reduced(picture)
