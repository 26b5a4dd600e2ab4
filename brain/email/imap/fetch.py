"""Fetches emails. Of large ones it loads only the headers, the structure and the text.

An email that the server or the library cannot process is stored as unreadable, so that it does not
block the others.
"""

import imaplib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from brain.email.imap.commands import Commands, Fetched, is_unread
from brain.email.imap.mirror import Placed
from brain.email.model import Email, Folder
from brain.email.parse import headers, mime
from brain.email.parse.decoding import assemble, decode
from brain.email.parse.mime import Leaf

SMALL_BYTES = 96_000  # largest email that is loaded completely: nearly all without attachments
PART_BYTES = 262_144  # of each text part of a larger one
HEADER_BYTES = 65_536
LOAD_BYTES = 4_000_000  # loaded by one command
UNREADABLE = "(an email that cannot be read)"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

ABOUT = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
WHOLE = "BODY.PEEK[]"
BEGINNING = f"BODY.PEEK[]<0.{PART_BYTES}>"
HEAD = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"


def fetch_emails(commands: Commands, uids: Sequence[int], folder: Folder) -> list[Placed]:
    """Fetch the emails with these UIDs. Deleted ones are left out."""
    about = _each(commands, uids, ABOUT)
    small = [uid for uid, fetched in about.items() if _size(fetched) <= SMALL_BYTES]
    large = [uid for uid, fetched in about.items() if _size(fetched) > SMALL_BYTES]
    emails = {**_small(commands, small, about, folder), **_large(commands, large, about, folder)}
    found = {uid: emails.get(uid) or _unreadable(about[uid], folder, uid) for uid in about}
    return [
        Placed(uid=uid, arrived_at=_arrived(about[uid]) or email.at, email=email)
        for uid, email in found.items()
    ]


def leaves_of(structure: Any) -> list[Leaf]:
    """Return the leaves that a BODYSTRUCTURE describes.

    Raises LookupError, TypeError or ValueError if it is malformed.
    """
    found: list[Leaf] = []
    waiting = [("", structure)]
    while waiting and len(found) < mime.MAX_LEAVES:
        section, part = waiting.pop()
        if isinstance(part[0], list | tuple):
            prefix = f"{section}." if section else ""
            children = [(f"{prefix}{number}", child) for number, child in enumerate(part[0], 1)]
            waiting += reversed(children)
        else:
            found.append(_leaf(section or "1", part))
    return found


def _small(
    commands: Commands, uids: Sequence[int], about: Mapping[int, Fetched], folder: Folder
) -> dict[int, Email]:
    return {
        uid: decode(
            fetched[b"BODY[]"],
            folder=folder,
            unread=is_unread(about[uid]),
            arrived_at=_arrived(about[uid]) or _written(fetched[b"BODY[]"]),
        )
        for load in _loads(uids, about)
        for uid, fetched in _each(commands, load, (WHOLE,)).items()
        if fetched.get(b"BODY[]") is not None
    }


def _large(
    commands: Commands, uids: Sequence[int], about: Mapping[int, Fetched], folder: Folder
) -> dict[int, Email | None]:
    described = _each(commands, uids, ("BODYSTRUCTURE", HEAD))
    return {
        uid: _parted(commands, uid, {**about[uid], **described[uid]}, folder)
        if uid in described
        else _begun(commands, uid, about[uid], folder)
        for uid in uids
    }


def _begun(commands: Commands, uid: int, about: Fetched, folder: Folder) -> Email | None:
    """Read the beginning of a large email, whose parts the server describes wrongly."""
    raw = _each(commands, [uid], (BEGINNING,)).get(uid, {}).get(b"BODY[]<0>")
    if raw is None:
        return None
    return decode(
        raw,
        folder=folder,
        unread=is_unread(about),
        arrived_at=_arrived(about) or _written(raw),
    )


def _parted(commands: Commands, uid: int, fetched: Fetched, folder: Folder) -> Email:
    """Build a large email; only its parts with text are loaded."""
    message = headers.parse(fetched.get(b"BODY[HEADER]<0>") or b"")
    try:
        parts = leaves_of(fetched[b"BODYSTRUCTURE"])
    except (LookupError, TypeError, ValueError):
        parts = []
    if not parts and (begun := _begun(commands, uid, fetched, folder)):
        return begun
    read = mime.to_read(parts)
    items = [f"BODY.PEEK[{part.section}]<0.{PART_BYTES}>" for part in read]
    loaded = _each(commands, [uid], items).get(uid, {}) if items else {}
    return assemble(
        message,
        parts,
        {part: mime.unencoded(_loaded(part, loaded), part.encoding) for part in read},
        folder=folder,
        unread=is_unread(fetched),
        arrived_at=_arrived(fetched) or headers.moment(message, "date") or _now(),
    )


def _loaded(part: Leaf, loaded: Fetched) -> bytes:
    return loaded.get(b"BODY[%s]<0>" % part.section.encode()) or b""


def _leaf(section: str, part: Any) -> Leaf:
    kind, subtype, parameters = (_text(part[0]), _text(part[1]), _pairs(part[2]))
    content_type = f"{kind}/{subtype}".lower()
    encoding = _text(part[5]).lower()
    octets = int(part[6] or 0)
    disposition, options = _disposition(part)
    name = headers.parameter(options, "filename") or headers.parameter(parameters, "name")
    return Leaf(
        section=section,
        content_type=content_type,
        charset=headers.parameter(parameters, "charset"),
        name=name,
        size=octets * 3 // 4 if encoding == "base64" else octets,
        is_attached=disposition == "attachment" or kind.lower() == "message",
        is_embedded=disposition != "attachment" and bool(part[3]) and kind.lower() == "image",
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


def _each(commands: Commands, uids: Sequence[int], items: Sequence[str]) -> dict[int, Fetched]:
    """Fetch items of each UID. If one cannot be fetched, the others still are."""
    if not uids:
        return {}
    try:
        return dict(commands.fetch(uids, items))
    except imaplib.IMAP4.abort:  # the connection has failed, not an email
        raise
    except (imaplib.IMAP4.error, ValueError, LookupError, TypeError, ArithmeticError):
        if len(uids) == 1:
            return {}
        middle = len(uids) // 2
        halves = (uids[:middle], uids[middle:])
        return {
            uid: fetched for half in halves for uid, fetched in _each(commands, half, items).items()
        }


def _loads(uids: Sequence[int], about: Mapping[int, Fetched]) -> Iterator[list[int]]:
    """Split UIDs into loads of at most LOAD_BYTES, which fit into memory."""
    load: list[int] = []
    weight = 0
    for uid in uids:
        if load and weight + _size(about[uid]) > LOAD_BYTES:
            yield load
            load, weight = [], 0
        load.append(uid)
        weight += _size(about[uid])
    if load:
        yield load


def _size(fetched: Fetched) -> int:
    return int(fetched.get(b"RFC822.SIZE") or 0)


def _arrived(fetched: Fetched) -> datetime | None:
    """Return when the email arrived; None if the server tells no valid time."""
    arrived = fetched.get(b"INTERNALDATE")
    try:
        return arrived.astimezone(UTC) if isinstance(arrived, datetime) else None
    except (ValueError, ArithmeticError):  # such as a time zone of 99 hours
        return None


def _written(raw: bytes) -> datetime:
    """Return the date of the email's own header, for an email without a time of arrival."""
    return headers.moment(headers.parse(raw[:HEADER_BYTES]), "date") or _now()


def _now() -> datetime:
    return datetime.now(UTC)


def _unreadable(fetched: Fetched, folder: Folder, uid: int) -> Email:
    empty = decode(
        f"Message-ID: <{uid}@unreadable>\n\n".encode(),
        folder=folder,
        unread=is_unread(fetched),
        arrived_at=_arrived(fetched) or LONG_AGO,
    )
    return replace(empty, message_id="", subject=UNREADABLE)
