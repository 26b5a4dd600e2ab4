"""Bytes into text, whatever charset they claim to be in, or none."""

import codecs

# What names stand for in practice. Programs write the name of the smaller set and use the larger
# one, and some names Python does not know.
_MEANT = {
    "ascii": "utf-8",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
}
_UNKNOWN_TO_PYTHON = {
    "cp-850": "cp850",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-gbk": "gbk",
    "x-sjis": "cp932",
    "x-windows-949": "cp949",
}
# No charsets: they take quadratic time, or turn text into something it does not say.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "unicode_escape"}
)
_LAST_RESORT = "cp1252"  # what mislabelled bytes are most often, and none of them is refused


def decoded(data: bytes, charset: str = "") -> str:
    """The text of the bytes: in the charset they claim, or in the one they are likely to be in.

    Never raises: what fits nothing becomes U+FFFD.
    """
    claimed = _codec(charset)
    for name in (claimed, "utf-8"):
        if name is None:
            continue
        try:
            return data.decode(name).removeprefix("\ufeff")
        except UnicodeError:
            pass
    if claimed is None or claimed == "utf-8":
        return _mended(data)
    return data.decode(claimed, "replace").removeprefix("\ufeff")


def _codec(charset: str) -> str | None:
    """Python's name of the charset; None if it names none."""
    name = charset.strip().strip("'\"").lower()
    try:
        found = codecs.lookup(_UNKNOWN_TO_PYTHON.get(name, name))
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    if found.name in _NO_CHARSETS or not _is_of_text(found):
        return None
    return _MEANT.get(found.name, found.name)


def _is_of_text(found: codecs.CodecInfo) -> bool:
    """Python calls base64 and rot13 codecs too."""
    try:
        b"xx".decode(found.name)
    except UnicodeError:  # it is one of text, of another one than this
        return True
    except LookupError:
        return False
    return True


def _mended(data: bytes) -> str:
    """Not quite UTF-8: with a few broken characters, or something else under a wrong name."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(character > "\x7f" for character in text) - broken
    return text if sound > broken else data.decode(_LAST_RESORT, "replace")
