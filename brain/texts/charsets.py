"""Decodes bytes to text, even if the declared charset is wrong or missing."""

import codecs

# What charset names mean in practice: programs declare the smaller charset and use the larger one.
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
# Not charsets: these codecs take quadratic time or change the text.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "unicode_escape"}
)
_LAST_RESORT = "cp1252"  # the most frequent charset of mislabelled bytes


def decoded(data: bytes, charset: str = "") -> str:
    """Decode the bytes in the declared charset, or else in the most likely one.

    Never raises: undecodable bytes become U+FFFD.
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
    """Return Python's name of the charset; None if it is unknown."""
    name = charset.strip().strip("'\"").lower()
    try:
        found = codecs.lookup(_UNKNOWN_TO_PYTHON.get(name, name))
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    if found.name in _NO_CHARSETS or not _is_text_codec(found):
        return None
    return _MEANT.get(found.name, found.name)


def _is_text_codec(found: codecs.CodecInfo) -> bool:
    """Whether the codec decodes to text: Python also has codecs for base64 and rot13."""
    try:
        b"xx".decode(found.name)
    except UnicodeError:  # a text codec that cannot decode these two bytes
        return True
    except LookupError:
        return False
    return True


def _mended(data: bytes) -> str:
    """Decode bytes that are not valid UTF-8: as damaged UTF-8, or as _LAST_RESORT.

    It is UTF-8 if more characters are valid than broken.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = sum(character > "\x7f" for character in text) - broken
    return text if valid > broken else data.decode(_LAST_RESORT, "replace")
