"""Parses an email's headers, including malformed ones.

The standard library's parser is used only for the raw text of a header. Its parser of structured
headers (`policy.default`) raises IndexError or AttributeError on malformed ones, and takes a second
for a list of several thousand recipients.
"""

import binascii
import re
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, decode_params, getaddresses, parsedate_to_datetime

from brain.codec import clean
from brain.email.model import Address
from brain.texts.charsets import decoded

MAX_CHARS = 10_000  # of a header that are parsed: a few hundred recipients
MAX_TEXT_CHARS = 1_000  # of a subject or a name
MAX_NESTED = 100  # parts with parts of their own; real emails have fewer than ten
MAX_IDS = 50  # the newest ids of References
MAX_ADDRESSES = 200  # of one header

_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")  # printable, without angle brackets
_BETWEEN = re.compile(r"[\s<>()\[\],;:\"\\]+")  # what cannot be in an address
_ADDRESS = re.compile(r"\A[^\s<>()\[\],;:\"\\@]+@[^\s<>()\[\],;:\"\\@]+\Z")
_OFFSET = re.compile(
    r"([+-]\d\d):(\d\d)$", re.ASCII
)  # -04:00 instead of -0400, as some programs write
_NESTED = re.compile(rb"^content-type:[ \t]*multipart/", re.IGNORECASE | re.MULTILINE)
_ENCODED_WORD = re.compile(
    r"=\?(?P<charset>[^?*\s]+)(\*[^?]*)?\?(?P<how>[bBqQ])\?(?P<what>[^?]*)\?="
)


class _AsItStands(Compat32):
    """Returns a header's raw text, with bytes as surrogates, instead of a `Header` object."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_PARSER = BytesParser(policy=_AsItStands())


def parse(raw: bytes) -> Message:
    """Parse a message as far as possible. Never raises.

    The parser compares each line with the boundaries of all parts around it. So of a message with
    more than MAX_NESTED only the headers are parsed.
    """
    nested = sum(1 for _ in _NESTED.finditer(raw))
    return _PARSER.parsebytes(raw, headersonly=nested > MAX_NESTED)


def text(message: Message, name: str) -> str:
    """Return the header as one line with decoded words; empty if it is missing."""
    return plain(_raw(message, name))


def plain(raw: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Decode a header's raw text, on one line and without control characters."""
    words = _words(_unescaped(raw[:MAX_CHARS]))
    printable = "".join(" " if _is_control(character) else character for character in words)
    return clean(" ".join(printable.split()))[:limit]


def addresses(message: Message, name: str) -> tuple[Address, ...]:
    """Return the addresses in a header. Invalid ones are left out."""
    return people(_raw(message, name))


def people(raw: str) -> tuple[Address, ...]:
    """Return the addresses in a header's raw text."""
    raw = _first(_unescaped(raw[:MAX_CHARS]))
    # Split the addresses before decoding: encoded words can contain commas.
    found = [(plain(person), plain(address)) for person, address in _pairs(raw)]
    known = [
        Address(name=person, address=address)
        for person, address in found
        if _ADDRESS.fullmatch(address)
    ]
    if not known:
        words = _BETWEEN.split(plain(raw, MAX_CHARS))
        known = [Address(address=word) for word in words if _ADDRESS.fullmatch(word)]
    return tuple(dict.fromkeys(known))[:MAX_ADDRESSES]


def ids(message: Message, name: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header, with their angle brackets."""
    return tuple(dict.fromkeys(_ID.findall(_raw(message, name)[:MAX_CHARS])))[-MAX_IDS:]


def moment(message: Message, name: str) -> datetime | None:
    """Parse a date to UTC; None if it is invalid."""
    try:
        found = parsedate_to_datetime(_OFFSET.sub(r"\1\2", _raw(message, name)[:MAX_TEXT_CHARS]))
        # By the standard, a date without a zone is in UTC.
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parameter(pairs: list[tuple[str, str]], name: str) -> str:
    """Return a parameter of Content-Type or Content-Disposition; empty if it is missing.

    It may be split into pieces or percent-encoded (RFC 2231).
    """
    try:
        decoded_pairs = decode_params([("", ""), *((key.lower(), value) for key, value in pairs)])
        values = [value for key, value in decoded_pairs[1:] if key.lower() == name]
        return plain(_unquoted(collapse_rfc2231_value(values[0]))) if values else ""
    except (ValueError, TypeError, LookupError):
        return ""


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _raw(message: Message, name: str) -> str:
    value = message.get(name, "")
    return value if isinstance(value, str) else str(value)


def _unescaped(raw: str) -> str:
    """Decode the bytes that were not ASCII, which the parser keeps as surrogates."""
    return decoded(raw.encode("utf-8", "surrogateescape")) if _has_bytes(raw) else raw


def _has_bytes(raw: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in raw)


def _words(raw: str) -> str:
    """Decode encoded words (RFC 2047). Adjacent ones are decoded together, because some programs
    split a character between two of them.
    """
    made, place, kept, charset = "", 0, b"", ""
    for word in _ENCODED_WORD.finditer(raw):
        between = raw[place : word.start()]
        if between.strip() or word["charset"] != charset:
            made += decoded(kept, charset)
            made += between if between.strip() or not kept else ""
            kept, charset = b"", word["charset"]
        kept += _word_bytes(word["how"], word["what"])
        place = word.end()
    return made + decoded(kept, charset) + raw[place:]


def _word_bytes(how: str, what: str) -> bytes:
    data = what.encode("utf-8", "surrogateescape")
    if how in "qQ":
        return binascii.a2b_qp(data, header=True)
    try:
        return binascii.a2b_base64(data + b"===")
    except binascii.Error:
        return data


def _first(raw: str) -> str:
    """Cut the text after MAX_ADDRESSES at signs; without any it contains no address."""
    parts = raw.split("@", MAX_ADDRESSES + 1)
    return "@".join(parts[: MAX_ADDRESSES + 1]) if len(parts) > 1 else ""


def _pairs(raw: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([raw])
    except (RecursionError, ValueError, IndexError):  # thousands of nested comments
        return []


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"
