"""Reads IMAP's BODYSTRUCTURE, which describes the parts of an email without loading them.

Servers send it in odd forms. A part that is malformed is left out, and the others keep their
section numbers.
"""

from typing import Any

from brain.email.parse import headers
from brain.email.parse.parts import (
    MAX_LEAVES,
    MAX_NESTED,
    Branch,
    Leaf,
    Node,
    content_id,
    is_attachment,
)
from brain.email.parse.transfer import token

NOTHING = Branch(kind="mixed", parts=())


def tree_of(structure: Any, *, otherwise: str = "") -> Node:
    """Return the tree that a BODYSTRUCTURE describes; without parts if it describes none.

    `otherwise` is the charset of names with bytes that are not valid UTF-8.
    """
    return _node(structure, "", [MAX_LEAVES], otherwise, depth=0) or NOTHING


def _node(part: Any, section: str, room: list[int], otherwise: str, *, depth: int) -> Node | None:
    """Return the tree of a part; None if it is malformed. `room` is how many leaves may follow."""
    if not isinstance(part, list | tuple) or not part or room[0] <= 0 or depth > MAX_NESTED:
        return None
    if isinstance(part[0], list | tuple):
        return _branch(part, section, room, otherwise, depth=depth)
    try:
        leaf = _leaf(section or "1", part, otherwise)
    except (LookupError, TypeError, ValueError):
        return None
    room[0] -= 1
    return leaf


def _branch(
    part: Any, section: str, room: list[int], otherwise: str, *, depth: int
) -> Branch | None:
    # The library puts the parts into a list of their own. Without it they stand in the part itself.
    inner = part[0] if isinstance(part[0], list) else [each for each in part if _is_part(each)]
    rest = part[1:] if isinstance(part[0], list) else part[len(inner) :]
    prefix = f"{section}." if section else ""
    parts = [
        _node(each, f"{prefix}{number}", room, otherwise, depth=depth + 1)
        for number, each in enumerate(inner, 1)
    ]
    found = tuple(each for each in parts if each is not None)
    kind = _text(rest[0]).lower() if rest and isinstance(rest[0], bytes | str) else "mixed"
    return Branch(kind=kind, parts=found) if found else None


def _is_part(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _leaf(section: str, part: Any, otherwise: str) -> Leaf:
    kind, subtype, parameters = _text(part[0]), _text(part[1]), _pairs(part[2])
    if not kind or not subtype:
        raise ValueError("a part without a type")
    content_type = f"{kind}/{subtype}".lower()
    encoding = token(_text(part[5]))
    octets = int(part[6] or 0)
    disposition, options = _disposition(part)
    named = headers.parameter(options, "filename", otherwise=otherwise)
    return Leaf(
        section=section,
        content_type=content_type,
        charset=headers.parameter(parameters, "charset"),
        name=named or headers.parameter(parameters, "name", otherwise=otherwise),
        size=octets * 3 // 4 if encoding == "base64" else octets,
        is_attached=is_attachment(disposition, content_type),
        content_id=content_id(_text(part[3])),
        is_flowed=headers.parameter(parameters, "format").lower() == "flowed",
        drops_space=headers.parameter(parameters, "delsp").lower() == "yes",
        encoding=encoding,
    )


def _disposition(part: Any) -> tuple[str, list[tuple[str, str]]]:
    """Return a part's disposition and its parameters.

    Its position depends on the part's type. Some servers omit it or return it as a single text.
    """
    for value in part[8:]:
        if isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], bytes):
            kind = _text(value[0]).lower()
            if kind in ("attachment", "inline"):
                return kind, _pairs(value[1])
        elif isinstance(value, bytes) and value.lower().startswith((b"attachment", b"inline")):
            return _disposition_of_text(value)
    return "", []


def _disposition_of_text(value: bytes) -> tuple[str, list[tuple[str, str]]]:
    message = headers.parse(b"Content-Disposition: " + value + b"\n\n")
    name = message.get_filename()
    kind = message.get_content_disposition() or ""
    return kind, [("filename", name)] if name else []


def _pairs(flat: Any) -> list[tuple[str, str]]:
    """Convert IMAP's flat list (name, value, name, value …) to pairs."""
    texts = [_text(value) for value in flat] if isinstance(flat, tuple | list) else []
    return list(zip(texts[::2], texts[1::2], strict=False))


def _text(value: Any) -> str:
    return (
        value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value or "")
    )
