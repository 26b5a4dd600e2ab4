"""Decodes ISO-2022-JP and EUC-JP as programs use them: with NEC row 13, the IBM extensions and
half-width katakana, which Python's codecs do not know.

Both write the characters of JIS X 0208 as a row and a cell. Shift_JIS has the same rows and cells
at other numbers, and Python's cp932 knows the extended rows. See "Japanese encodings" in the
WHATWG Encoding Standard.
"""

import re

_UNKNOWN = "\ufffd"
# What may follow ESC (RFC 1468, RFC 2237, ISO-IR 13): which characters the next bytes stand for.
_SHIFT = re.compile(rb"\x1b(\([BJIH]|\$[@AB]|\$\([@ABCD])|[\x0e\x0f\r\n]")
_HALF_ESCAPE = re.compile(rb"\x1b(?:\$\(?|\()?\Z")
_PAIRS = frozenset({b"$@", b"$B", b"$(@", b"$(B"})  # JIS X 0208
_OTHER_PAIRS = {b"$A": "gb2312", b"$(A": "gb2312", b"$(C": "euc_kr"}  # RFC 1554
_ROMAN = {ord("\\"): "\u00a5", ord("~"): "\u203e"}  # JIS X 0201
# Bytes of 8 bits between them: half-width katakana of JIS X 0201, and nothing else.
_KANA = dict.fromkeys(range(0x80, 0x100), _UNKNOWN) | {
    byte: chr(byte - 0xA1 + 0xFF61) for byte in range(0xA1, 0xE0)
}
_EUC = re.compile(
    rb"[\x00-\x7f]+|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|(?:[\xa1-\xfe]{2})+|[\x80-\xff]"
)


def iso_2022_jp(data: bytes, *, is_cut: bool = False) -> str:
    """Decode ISO-2022-JP. A broken character becomes U+FFFD; if the data is cut off, the last
    incomplete one is left out.
    """
    if is_cut:
        data = _HALF_ESCAPE.sub(b"", data)
    made: list[str] = []
    place, mode, is_kana = 0, b"(B", False
    for shift in _SHIFT.finditer(data):
        made.append(_decoded(data[place : shift.start()], mode, is_kana=is_kana))
        place = shift.end()
        if shift[1]:
            mode, is_kana = shift[1], False
        elif shift[0] in b"\x0e\x0f":
            is_kana = shift[0] == b"\x0e"
        else:  # a line ends in ASCII, also where the sender forgot to say so
            made.append(shift[0].decode())
            mode, is_kana = b"(B", False
    rest = data[place:]
    if is_cut and not is_kana and mode.startswith(b"$") and len(rest) % 2:
        rest = rest[:-1]
    made.append(_decoded(rest, mode, is_kana=is_kana))
    return "".join(made)


def euc_jp(data: bytes, *, is_cut: bool = False) -> str:
    """Decode EUC-JP. An unknown character becomes U+FFFD and does not change those after it."""
    made: list[str] = []
    for found in _EUC.finditer(data):
        piece = found[0]
        if piece < b"\x80":
            made.append(piece.decode("ascii"))
        elif len(piece) == 1:
            made.append("" if is_cut and found.end() == len(data) else _UNKNOWN)
        elif piece[0] == 0x8E:
            made.append(piece[1:].decode("latin-1").translate(_KANA))
        elif piece[0] == 0x8F:
            made.append(_other(piece, "euc_jp"))
        else:
            made.append(_pairs(bytes(byte & 0x7F for byte in piece)))
    return "".join(made)


def _decoded(data: bytes, mode: bytes, *, is_kana: bool) -> str:
    if mode in _PAIRS and not is_kana:
        return _pairs(data)
    if mode == b"$(D":  # JIS X 0212, which cp932 does not contain
        return "".join(_other(b"\x8f" + pair, "euc_jp") for pair in _in_pairs(_raised(data)))
    if mode in _OTHER_PAIRS:
        return "".join(_other(pair, _OTHER_PAIRS[mode]) for pair in _in_pairs(_raised(data)))
    if is_kana or mode == b"(I":
        return _raised(data).decode("latin-1").translate(_KANA)
    text = data.decode("latin-1").translate(_KANA)  # ASCII, as a rule
    return text.translate(_ROMAN) if mode == b"(J" else text


def _pairs(data: bytes) -> str:
    """Decode rows and cells of JIS X 0208, two bytes of 7 bits each."""
    try:
        return b"".join(map(_shift_jis, _in_pairs(data))).decode("cp932")
    except UnicodeError:
        return "".join(_other(_shift_jis(pair), "cp932") for pair in _in_pairs(data))


def _shift_jis(pair: bytes) -> bytes:
    """Return the two bytes of Shift_JIS for a row and a cell; for others, bytes that no codec
    knows.
    """
    if len(pair) < 2 or not (0x21 <= pair[0] <= 0x7E and 0x21 <= pair[1] <= 0x7E):
        return b"\x81\xad"
    row, cell = pair
    lead = ((row - 0x21) >> 1) + 0x81
    trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
    return bytes((lead if lead <= 0x9F else lead + 0x40, trail))


def _in_pairs(data: bytes) -> list[bytes]:
    return [data[place : place + 2] for place in range(0, len(data), 2)]


def _raised(data: bytes) -> bytes:
    return bytes(byte | 0x80 if byte > 0x20 else byte for byte in data)


def _other(data: bytes, codec: str) -> str:
    """Decode one character."""
    try:
        return data.decode(codec)
    except UnicodeError:
        return _UNKNOWN
