"""Decodes bytes to text, even if the declared charset is wrong or missing.

A fallback that always succeeds would hide that the text is wrong. So a charset of 7 bits is never
read as another one, what cannot be decoded becomes U+FFFD, and `Reading` says what was guessed.
"""

import codecs
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from functools import cache, lru_cache

from msgspec import Struct

from brain.texts import japanese

# Labels that the WHATWG Encoding Standard does not have, or disables for web pages.
_MORE_LABELS = {
    "_iso-2022-jp$esc": "iso-2022-jp",  # Outlook Express
    "_iso-2022-jp$sio": "iso-2022-jp",
    "cn-big5": "big5hkscs",  # RFC 1922
    "cn-gb": "gb18030",  # RFC 1922
    "csiso2022kr": "iso2022_kr",  # IANA
    "csunicode11utf7": "utf-7",  # IANA
    "hz-gb-2312": "hz",  # RFC 1842
    "iso-2022-jp-1": "iso-2022-jp",  # RFC 2237
    "iso-2022-jp-2": "iso-2022-jp",  # RFC 1554
    "iso-2022-jp-3": "iso2022_jp_3",
    "iso-2022-jp-2004": "iso2022_jp_2004",
    "iso-2022-kr": "iso2022_kr",  # RFC 1557
    "unicode-1-1-utf-7": "utf-7",  # RFC 1642
    "utf8mb4": "utf-8",  # MySQL's name
    "x-gb2312": "gb18030",
    "x-mac-ce": "mac-latin2",
    "x-mac-centraleurroman": "mac-latin2",
    "x-mac-japanese": "cp932",
    "x-unicode-2-0-utf-7": "utf-7",
}
# What charset names mean in practice: programs declare the smaller charset and use the larger one.
_MEANT = {
    "ascii": "utf-8",
    "big5": "big5hkscs",
    "euc_jp": "euc-jp",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso-2022-jp",
    "iso2022_jp_1": "iso-2022-jp",
    "iso2022_jp_2": "iso-2022-jp",
    "iso2022_jp_ext": "iso-2022-jp",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
}
# A code page as IANA, mail programs and Java name it: windows-936, cp-850, ibm850, x-ms950.
_CODE_PAGE = re.compile(r"(?:x-)?(?:cp|ibm|windows|win|ms|dos|oem)[-_]?(\d{3,5})", re.ASCII)
# Not charsets: these codecs take quadratic time or change the text.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "unicode_escape"}
    | {"x-user-defined", "replacement"}
)
# They use bytes of 7 bits only, which are always valid UTF-8, and switch between sets of
# characters.
_STATEFUL = frozenset({"iso-2022-jp", "iso2022_kr", "iso2022_jp_3", "iso2022_jp_2004"})
_SEVEN_BITS = _STATEFUL | {"hz", "utf-7"}
_JAPANESE = {"iso-2022-jp": japanese.iso_2022_jp, "euc-jp": japanese.euc_jp}
_SWITCH_TO_JIS = re.compile(rb"\x1b(?:\$[@B]|\([IJ])")
_LAST_RESORT = "cp1252"  # the most frequent charset of mislabelled bytes
_MAX_LABEL_CHARS = 60


class Reading(Struct, frozen=True, kw_only=True):
    """A decoded text. `is_guess`: its charset is not the declared one, or none was declared."""

    text: str
    is_guess: bool = False

    @property
    def broken(self) -> int:
        """The number of characters that could not be decoded."""
        return self.text.count("\ufffd")


def decoded(data: bytes, charset: str = "", *, otherwise: str = "") -> str:
    """Decode the bytes in the declared charset, or else in the most likely one.

    Never raises: undecodable bytes become U+FFFD.
    """
    return reading(data, charset, otherwise=otherwise).text


def reading(
    data: bytes, charset: str = "", *, otherwise: str = "", is_cut: bool = False
) -> Reading:
    """Decode the bytes. `otherwise` is the charset to try if the declared one is missing, unknown
    or impossible. If the data is cut off (`is_cut`), its last character may be lost.
    """
    if data.startswith(BOM_UTF8):
        return Reading(text=data[3:].decode("utf-8", "replace"))
    codec = codec_of(charset)
    if data.isascii() and b"\x1b" not in data and _contains_ascii(codec):
        return Reading(text=data.decode("ascii"))
    codec = _possible(data, codec)
    if codec in _SEVEN_BITS:
        return Reading(text=_replaced(data, codec, is_cut=is_cut))
    for name in (codec, "utf-8"):
        text = None if name is None else _strictly(data, name, is_cut=is_cut)
        if text is not None:
            return Reading(text=text, is_guess=name != codec and not text.isascii())
    if codec is not None and codec != "utf-8":
        return Reading(text=_replaced(data, codec, is_cut=is_cut))
    return Reading(text=_guessed(data, _possible(data, codec_of(otherwise))), is_guess=True)


@lru_cache(maxsize=1_000)  # the labels come from others
def codec_of(charset: str) -> str | None:
    """Return Python's name of the charset, or the name of a decoder here; None if unknown."""
    from webencodings import lookup

    label = charset[:_MAX_LABEL_CHARS].strip().strip("'\"").lower()
    if not label.isascii():
        return None
    web = lookup(label)
    page = _CODE_PAGE.fullmatch(label)
    names = (
        _MORE_LABELS.get(label),
        # The standard reads ASCII as windows-1252, but emails that declare it use UTF-8 as well.
        None if web is None or web.name == "windows-1252" else web.codec_info.name,
        label,
        None if web is None else web.codec_info.name,
        f"cp{page[1]}" if page else None,
        label.removeprefix("x-"),
    )
    return next(filter(None, map(_text_codec, filter(None, names))), None)


@cache
def _contains_ascii(codec: str | None) -> bool:
    """Whether the bytes of ASCII stand for themselves."""
    if codec in _SEVEN_BITS or (codec or "").startswith(("utf-16", "utf-32")):
        return False
    ascii_bytes = bytes(range(0x80))
    return codec is None or ascii_bytes.decode(codec, "replace") == ascii_bytes.decode("ascii")


def _text_codec(name: str) -> str | None:
    """Return the name of a codec that decodes to text: Python also has some for base64 and
    rot13.
    """
    if name in _SEVEN_BITS:
        return name
    try:
        found = codecs.lookup(name).name
        b"xx".decode(found)
    except UnicodeError:  # a text codec that cannot decode these two bytes
        pass
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if found in _NO_CHARSETS else _MEANT.get(found, found)


def _possible(data: bytes, codec: str | None) -> str | None:
    """Return the codec that the bytes can be in: the declared one, or None."""
    is_ascii = data.isascii()
    if codec in (None, "utf-8") and is_ascii and _SWITCH_TO_JIS.search(data):
        return "iso-2022-jp"
    if codec in _STATEFUL and not is_ascii and b"\x1b" not in data:
        return None
    if codec is not None and codec.startswith(("utf-16", "utf-32")):
        return _wide(data, codec)
    return codec


def _wide(data: bytes, codec: str) -> str | None:
    """Return the byte order: of the mark, of the NUL bytes, or else the declared one. Without a
    mark and without NUL bytes the text is in another charset.
    """
    if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return codec[:6]
    if b"\0" not in data:
        return None
    if codec.startswith("utf-32"):
        return codec
    return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"


def _strictly(data: bytes, codec: str, *, is_cut: bool) -> str | None:
    """Decode bytes that are valid; None if they are not."""
    try:
        decoder = codecs.getincrementaldecoder(codec)("strict")
        return decoder.decode(data, not is_cut).removeprefix("\ufeff")
    except UnicodeError:
        return None


def _replaced(data: bytes, codec: str, *, is_cut: bool) -> str:
    """Decode the bytes; what is invalid becomes U+FFFD."""
    text = None if b"\x0e" in data else _strictly(data, codec, is_cut=is_cut)
    if text is not None:
        return text
    if codec in _JAPANESE:  # they have more characters than Python's codec, and the shift of \x0e
        return _JAPANESE[codec](data, is_cut=is_cut)
    decoder = codecs.getincrementaldecoder(codec)("replace")
    return decoder.decode(data, not is_cut).removeprefix("\ufeff")


def _guessed(data: bytes, otherwise: str | None) -> str:
    """Decode bytes that are not valid UTF-8: as damaged UTF-8, else in the other charset, else in
    _LAST_RESORT.

    It is UTF-8 if more characters are valid than broken.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = sum(character > "\x7f" for character in text) - broken
    if valid > broken:
        return text
    name = _LAST_RESORT if otherwise in (None, "utf-8") else otherwise
    return _replaced(data, name, is_cut=False)
