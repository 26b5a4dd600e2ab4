"""The parts of an email (MIME), and which of them contain its text.

An email is a tree of parts. A leaf is described here, no matter whether it was read from the email
itself or from IMAP's BODYSTRUCTURE, which describes large parts without loading them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from brain.codec import clean
from brain.email.model import Attachment
from brain.email.parse import headers
from brain.texts.charsets import decoded

MAX_TEXT_CHARS = 100_000  # of an email's text that are stored: a chapter of a book
MAX_LEAVES = 200  # of an email; the rest is ignored
STUB_WORDS = 40  # a plain text with fewer words that refers to the HTML is only a stub

PLAIN, HTML = "text/plain", "text/html"
_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_POINTS_TO_HTML = re.compile(
    r"html|browser|online|web ?version|webansicht|navigateur|navegador|браузер|ブラウザ|浏览器"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A part without parts. `section` is its IMAP section number, such as 1.2."""

    section: str
    content_type: str
    charset: str
    name: str
    size: int
    is_attached: bool
    """Declared as an attachment, or a message within the message."""
    is_embedded: bool
    """A picture that is shown in the HTML."""
    encoding: str = ""
    """The transfer encoding of its bytes, such as base64; empty if they are already decoded."""


def leaves(message: Message) -> dict[Leaf, bytes]:
    """Return the leaves of a complete message with their content, in order."""
    found: dict[Leaf, bytes] = {}
    for section, part in _sections(message):
        if len(found) == MAX_LEAVES:
            break
        data = _payload(part)
        found[_leaf(section, part, len(data))] = data
    return found


def to_read(parts: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Return the parts that contain the email's text: plain and HTML, else any other text."""
    texts = [part for part in parts if not part.is_attached]
    return tuple(part for part in texts if part.content_type in (PLAIN, HTML)) or tuple(
        part for part in texts if part.content_type.startswith("text/")
    )


def attachments(parts: Sequence[Leaf]) -> tuple[Attachment, ...]:
    """Return the attachments: the parts that are not read and not embedded in the HTML."""
    read = to_read(parts)
    return tuple(
        Attachment(
            name=part.name or _nameless(part.content_type),
            content_type=part.content_type,
            size=part.size,
        )
        for part in parts
        if part not in read and not part.is_embedded
    )


def texts(read: Mapping[Leaf, bytes]) -> tuple[str, str]:
    """Return the plain text and the HTML of the parts that were read, each empty if missing."""
    decoded_parts = {part: _readable(part, data) for part, data in read.items()}
    plain = [text for part, text in decoded_parts.items() if part.content_type != HTML]
    html = [text for part, text in decoded_parts.items() if part.content_type == HTML]
    return tidied("\n\n".join(filter(None, plain))), "\n".join(html)


def is_enough(plain: str) -> bool:
    """Whether the plain text is the full text, and not empty or a hint to open the HTML."""
    words = [word for word in plain.split() if "://" not in word]
    return len(words) >= STUB_WORDS or (
        bool(words) and not _POINTS_TO_HTML.search(plain.casefold())
    )


def tidied(text: str) -> str:
    """Remove trailing spaces and repeated empty lines; cut to MAX_TEXT_CHARS."""
    lines = [line.rstrip() for line in clean(text).splitlines()]
    whole = "\n".join(lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", whole)[:MAX_TEXT_CHARS]


def unencoded(data: bytes, encoding: str) -> bytes:
    """Decode base64 or quoted-printable. The data may be cut off."""
    holder = Message()
    holder["Content-Transfer-Encoding"] = encoding or "8bit"
    holder.set_payload(data.decode("ascii", "surrogateescape"))
    plain = holder.get_payload(decode=True)
    return plain if isinstance(plain, bytes) else b""


def _sections(message: Message) -> Iterator[tuple[str, Message]]:
    """Yield the leaves with their IMAP section numbers. Messages within the message are leaves."""
    waiting = [("", message)]
    while waiting:
        section, part = waiting.pop()
        if part.get_content_maintype() != "multipart" or not part.is_multipart():
            yield section or "1", part
            continue
        children = enumerate(part.get_payload(), 1)
        prefix = f"{section}." if section else ""
        waiting += reversed([(f"{prefix}{number}", child) for number, child in children])


def _leaf(section: str, part: Message, size: int) -> Leaf:
    kind = part.get_content_type()
    if kind.startswith("multipart/"):  # without parts, because their boundary is missing
        kind = PLAIN
    disposition = part.get_content_disposition() or ""
    name = _parameter(part, "content-disposition", "filename")
    return Leaf(
        section=section,
        content_type=kind,
        charset=_parameter(part, "content-type", "charset"),
        name=name or _parameter(part, "content-type", "name"),
        size=size,
        is_attached=disposition == "attachment" or kind.startswith("message/"),
        is_embedded=disposition != "attachment" and "content-id" in part and "image" in kind,
    )


def _parameter(part: Message, header: str, name: str) -> str:
    try:
        value = part.get_param(name, header=header, unquote=True)
    except (ValueError, TypeError, LookupError):  # such as a piece number with thousands of digits
        return ""
    if isinstance(value, tuple):
        charset, _, encoded = value
        return headers.plain(decoded(encoded.encode("latin-1", "replace"), charset or ""))
    return headers.plain(value) if isinstance(value, str) else ""


def _payload(part: Message) -> bytes:
    # A message within the message has several pieces; their total size is reported.
    data = [piece.get_payload(decode=True) for piece in part.walk() if not piece.is_multipart()]
    return b"".join(piece for piece in data if isinstance(piece, bytes))


def _readable(part: Leaf, data: bytes) -> str:
    charset = part.charset
    if part.content_type == HTML and not charset and (meta := _META_CHARSET.search(data[:2_000])):
        charset = meta[1].decode("ascii", "replace")
    return clean(decoded(data, charset)).strip()


def _nameless(content_type: str) -> str:
    return {"text/calendar": "invite.ics", "message/rfc822": "message.eml"}.get(
        content_type, "unnamed"
    )
