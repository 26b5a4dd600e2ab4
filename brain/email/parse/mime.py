"""What an email consists of, and which of it is to be read.

An email is a tree of parts. Its leaves are told apart here, whether they come from the email itself
or from the server's description of it (IMAP's BODYSTRUCTURE), by which large ones are known
without being loaded.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from brain.codec import clean
from brain.email.model import Attachment
from brain.email.parse import headers
from brain.texts.charsets import decoded

MAX_TEXT_CHARS = 100_000  # of an email's text that are kept: a book's chapter
MAX_LEAVES = 200  # of an email; what comes after is no letter
STUB_WORDS = 40  # a text of fewer words that points to the HTML is no text

PLAIN, HTML = "text/plain", "text/html"
_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LINK = re.compile(r"\S*://\S*")
_POINTS_TO_HTML = re.compile(
    r"html|browser|online|web ?version|webansicht|navigateur|navegador|браузер|ブラウザ|浏览器"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A part that has none itself. `section` is IMAP's name of it, such as 1.2."""

    section: str
    content_type: str
    charset: str
    name: str
    size: int
    is_attached: bool
    """It says that it is an attachment, or a message of its own."""
    is_embedded: bool
    """It belongs to the HTML: a picture shown in it."""
    encoding: str = ""
    """How its bytes are still encoded: base64, quoted-printable."""


def leaves(message: Message) -> dict[Leaf, bytes]:
    """The leaves of a message that was loaded whole, with their bytes, in order."""
    found: dict[Leaf, bytes] = {}
    for section, part in _sections(message):
        if len(found) == MAX_LEAVES:
            break
        data = _payload(part)
        found[_leaf(section, part, len(data))] = data
    return found


def to_read(parts: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """What the text of the email is in: plain and HTML, or whatever else is text."""
    texts = [part for part in parts if not part.is_attached]
    return tuple(part for part in texts if part.content_type in (PLAIN, HTML)) or tuple(
        part for part in texts if part.content_type.startswith("text/")
    )


def attachments(parts: Sequence[Leaf]) -> tuple[Attachment, ...]:
    """What is named and not loaded."""
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
    """The plain text and the HTML of what was read, each empty if there is none."""
    told = {part: _readable(part, data) for part, data in read.items()}
    plain = [text for part, text in told.items() if part.content_type != HTML]
    html = [text for part, text in told.items() if part.content_type == HTML]
    return tidied("\n\n".join(filter(None, plain))), "\n".join(html)


def is_enough(plain: str) -> bool:
    """Whether the plain text is the letter itself, and not empty or a hint to see the HTML."""
    words = _LINK.sub(" ", plain).split()
    return len(words) >= STUB_WORDS or (
        bool(words) and not _POINTS_TO_HTML.search(plain.casefold())
    )


def tidied(text: str) -> str:
    """Lines without spaces at their ends, at most one of them empty between two others."""
    lines = [line.rstrip() for line in clean(text).splitlines()]
    whole = "\n".join(lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", whole)[:MAX_TEXT_CHARS]


def unencoded(data: bytes, encoding: str) -> bytes:
    """Without base64 or quoted-printable; the end may be missing."""
    holder = Message()
    holder["Content-Transfer-Encoding"] = encoding or "8bit"
    holder.set_payload(data.decode("ascii", "surrogateescape"))
    plain = holder.get_payload(decode=True)
    return plain if isinstance(plain, bytes) else b""


def _sections(message: Message) -> Iterator[tuple[str, Message]]:
    """Leaves with IMAP's numbers; not into messages within the message."""
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
    if kind.startswith("multipart/"):  # it has no parts: their boundary is missing
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
    except (ValueError, TypeError, LookupError):  # numbers of pieces with thousands of digits
        return ""
    if isinstance(value, tuple):
        charset, _, encoded = value
        return headers.plain(decoded(encoded.encode("latin-1", "replace"), charset or ""))
    return headers.plain(value) if isinstance(value, str) else ""


def _payload(part: Message) -> bytes:
    # More than one: a message within the message, of which the size is told.
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
