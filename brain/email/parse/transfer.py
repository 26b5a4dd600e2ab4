"""Decodes transfer encodings (RFC 2045, section 6), also where the data does not follow them."""

import binascii
import re
from email.message import Message

_COMMENT = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_ALL = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_LINE = re.compile(rb"(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)+")
_SHORT = 8  # a line of fewer base64 characters may be a word
_SEGMENT = re.compile(rb"[A-Za-z0-9+/]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")


def token(value: str) -> str:
    """Return the name of the encoding in a header: its first token, in lower case."""
    found = _TOKEN.search(_COMMENT.sub(" ", value[:1_000]))
    return found[0].lower() if found else ""


def unencoded(data: bytes, encoding: str) -> bytes:
    """Decode base64, quoted-printable or uuencode. The data may be cut off or damaged."""
    name = token(encoding)
    if name == "base64":
        return _base64(data)
    if name == "quoted-printable":
        return binascii.a2b_qp(data)
    if name in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uuencoded(data, name)
    return data


def _base64(data: bytes) -> bytes:
    """Decode every padded segment. Text after the last line of base64 is a footer that a mailing
    list added.
    """
    whole = b"".join(data.split())
    if _ALL.fullmatch(whole):
        return _segment(whole.rstrip(b"="))
    lines = data.splitlines()
    last = max((number for number, line in enumerate(lines, 1) if _is_base64(line)), default=0)
    footer = b"\n".join(lines[last:])
    if _ALL.fullmatch(b"".join(footer.split())):
        last, footer = len(lines), b""
    encoded = _NOT_BASE64.sub(b"", b"".join(lines[:last]))
    made = b"".join(_segment(found[0]) for found in _SEGMENT.finditer(encoded))
    return b"\n".join(filter(None, (made, footer))) if footer.strip() else made


def _is_base64(line: bytes) -> bool:
    line = line.strip()
    return (len(line) >= _SHORT or line.endswith(b"=")) and _LINE.fullmatch(line) is not None


def _segment(encoded: bytes) -> bytes:
    """Decode base64 characters without padding. A lone last one says nothing."""
    if len(encoded) % 4 == 1:
        encoded = encoded[:-1]
    return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))


def _uuencoded(data: bytes, name: str) -> bytes:
    holder = Message()
    holder["Content-Transfer-Encoding"] = name
    holder.set_payload(data.decode("ascii", "surrogateescape"))
    plain = holder.get_payload(decode=True)
    return plain if isinstance(plain, bytes) else b""
