"""The parts of an email (MIME) as a tree, with the content of a complete one.

The tree is the same no matter whether it was read from the email itself or from IMAP's
BODYSTRUCTURE, which describes large parts without loading them. It is kept until the text is
chosen, because alternatives and parts that follow each other look the same in a list.
"""

import re
from collections.abc import Iterator
from email.message import Message

from msgspec import Struct

from brain.email.parse import headers, reports
from brain.email.parse.repair import separated
from brain.email.parse.transfer import token, unencoded
from brain.texts.charsets import codec_of, decoded

MAX_LEAVES = 200  # of an email; the rest is ignored
MAX_NESTED = 20  # parts with parts of their own; real emails have fewer than ten

PLAIN, HTML, RFC822 = "text/plain", "text/html", "message/rfc822"
REPORTS = reports.DELIVERY | reports.RECEIPT
_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}", re.ASCII)
_LINE_END = re.compile(rb"(--)?[ \t]{0,100}(?=\r|\n|\Z)")
# What divides the parts if the header does not name it: a line before headers of MIME.
_LIKE_BOUNDARY = re.compile(
    rb"^(--[!-~]{1,200})[ \t]{0,20}\r?\nContent-", re.MULTILINE | re.IGNORECASE
)
_FIRST_BREAK = re.compile(rb"(?:\r?\n|\r)?")


class Leaf(Struct, frozen=True, kw_only=True):
    """A part without parts. `section` is its IMAP section number, such as 1.2."""

    section: str
    content_type: str
    charset: str = ""
    name: str = ""
    size: int = 0
    is_attached: bool = False
    """Declared as an attachment, or a message within the message."""
    content_id: str = ""
    """By which the HTML shows a picture; without angle brackets."""
    is_flowed: bool = False
    drops_space: bool = False
    """Parameter delsp of a flowed text."""
    encoding: str = ""
    """The transfer encoding of its bytes, such as base64; empty if they are already decoded."""


class Branch(Struct, frozen=True, kw_only=True):
    """A part of parts (multipart). `kind` is its subtype, such as alternative."""

    kind: str
    parts: tuple["Node", ...]


type Node = Leaf | Branch


class Parsed(Struct, frozen=True, kw_only=True):
    """A complete message: its headers, the tree of its parts, and their decoded content."""

    head: Message
    tree: Node
    content: dict[Leaf, bytes]


class _Piece(Struct, frozen=True, kw_only=True):
    """A part whose charset and names are not decoded yet."""

    section: str
    head: Message
    content_type: str
    body: bytes
    parts: tuple["_Piece", ...] = ()


def parsed(raw: bytes) -> Parsed:
    """Parse a complete message as far as possible. Never raises."""
    head, body = separated(raw.lstrip(b"\r\n"))
    whole = _piece("", head, body, PLAIN, room=[MAX_LEAVES], depth=0)
    otherwise = _declared(whole)
    content: dict[Leaf, bytes] = {}
    return Parsed(head=head, tree=_node(whole, content, otherwise), content=content)


def leaves(tree: Node) -> Iterator[Leaf]:
    """Yield the leaves in their order."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            yield node
        else:
            waiting += reversed(node.parts)


def charset_of(tree: Node) -> str:
    """Return the charset that the email's own texts declare, if it says more than UTF-8."""
    charsets = (leaf.charset for leaf in leaves(tree) if leaf.content_type.startswith("text/"))
    return next((each for each in charsets if codec_of(each) not in (None, "utf-8")), "")


def parameter(head: Message, header: str, name: str, *, otherwise: str = "") -> str:
    """Return a parameter of Content-Type or Content-Disposition; empty if it is missing."""
    try:
        value = head.get_param(name, header=header, unquote=True)
    except (ValueError, TypeError, LookupError):  # such as a piece number with thousands of digits
        return ""
    if isinstance(value, tuple):
        charset, _, encoded = value
        data = encoded.encode("latin-1", "replace")
        return headers.shown(headers.plain(decoded(data, charset or "", otherwise=otherwise)))
    return headers.shown(headers.plain(value or "", otherwise=otherwise))


def is_attachment(disposition: str, content_type: str) -> bool:
    """Whether a part is an attachment by its declaration. Reports are messages by name only."""
    is_message = content_type.startswith("message/") and content_type not in REPORTS
    return disposition == "attachment" or is_message


def _piece(
    section: str, head: Message, body: bytes, default: str, *, room: list[int], depth: int
) -> _Piece:
    """Split a part into its parts. `room` is how many more leaves the email may have."""
    kind = _content_type(head, default)
    pieces = _bodies(head, body) if kind.startswith("multipart/") and depth < MAX_NESTED else []
    inner = RFC822 if kind == "multipart/digest" else PLAIN
    parts = []
    for number, each in enumerate(pieces, 1):
        if room[0] <= 0:
            break
        prefix = f"{section}." if section else ""
        parts.append(
            _piece(f"{prefix}{number}", *separated(each), inner, room=room, depth=depth + 1)
        )
    if not parts:
        room[0] -= 1
    return _Piece(
        section=section or "1", head=head, content_type=kind, body=body, parts=tuple(parts)
    )


def _bodies(head: Message, body: bytes) -> list[bytes]:
    """Return what is between the boundaries. The last one may be missing."""
    line = _boundary_line(head, body)
    found: list[bytes] = []
    start = -1
    place = body.find(line) if line else -1
    while place >= 0 and len(found) < MAX_LEAVES:
        end = _LINE_END.match(body, place + len(line))
        if end is not None and (place == 0 or body[place - 1] in b"\r\n"):
            if start >= 0:
                found.append(_without_breaks(body[start:place]))
            start = -1 if end[1] else end.end()
            if end[1]:
                break
        place = body.find(line, place + len(line))
    if start >= 0 and len(found) < MAX_LEAVES:
        found.append(_without_breaks(body[start:]))
    return found


def _boundary_line(head: Message, body: bytes) -> bytes:
    """Return the line that divides the parts, also if the header does not name it; empty if no line
    does.
    """
    try:
        boundary = head.get_boundary() or ""
    except (ValueError, TypeError, LookupError):
        boundary = ""
    line = b"--" + boundary.encode("utf-8", "surrogateescape")
    if boundary and line in body:
        return line
    found = _LIKE_BOUNDARY.search(body)
    return found[1] if found else b""


def _without_breaks(data: bytes) -> bytes:
    """Return a part without the line breaks that belong to the boundaries around it."""
    first = _FIRST_BREAK.match(data)
    data = data[first.end() :] if first else data
    if data.endswith(b"\r\n"):
        return data[:-2]
    return data[:-1] if data.endswith((b"\n", b"\r")) else data


def _content_type(head: Message, default: str) -> str:
    head.set_default_type(default)
    found = _TYPE.match(head.get_content_type())
    return found[0] if found else default


def _declared(piece: _Piece) -> str:
    """Return the charset that the texts declare, if it says more than UTF-8."""
    waiting = [piece]
    while waiting:
        each = waiting.pop()
        if each.content_type.startswith("text/") and not each.parts:
            charset = parameter(each.head, "content-type", "charset")
            if codec_of(charset) not in (None, "utf-8"):
                return charset
        waiting += reversed(each.parts)
    return ""


def _node(piece: _Piece, content: dict[Leaf, bytes], otherwise: str) -> Node:
    if piece.parts:
        parts = tuple(_node(part, content, otherwise) for part in piece.parts)
        return Branch(kind=piece.content_type.partition("/")[2], parts=parts)
    leaf, data = _leaf(piece, otherwise)
    content[leaf] = data
    return leaf


def _leaf(piece: _Piece, otherwise: str) -> tuple[Leaf, bytes]:
    head, kind = piece.head, piece.content_type
    if kind.startswith("multipart/"):  # without parts, because their boundary is missing
        kind, data = PLAIN, piece.body
    else:
        data = unencoded(piece.body, token(str(head.get("content-transfer-encoding", ""))))
    named = parameter(head, "content-disposition", "filename", otherwise=otherwise)
    leaf = Leaf(
        section=piece.section,
        content_type=kind,
        charset=parameter(head, "content-type", "charset"),
        name=named or parameter(head, "content-type", "name", otherwise=otherwise),
        size=len(data),
        is_attached=is_attachment(head.get_content_disposition() or "", kind),
        content_id=content_id(str(head.get("content-id", ""))),
        is_flowed=parameter(head, "content-type", "format").lower() == "flowed",
        drops_space=parameter(head, "content-type", "delsp").lower() == "yes",
    )
    return leaf, data


def content_id(raw: str) -> str:
    """Return a Content-ID without its brackets."""
    return headers.plain(raw).strip("<> ")
