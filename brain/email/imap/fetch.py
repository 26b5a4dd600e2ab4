"""Fetches emails, and of large ones only what is read: headers, text, and what else there is.

An email that the server or the library cannot cope with is kept as one that cannot be read: it must
not stop those beside it.
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

SMALL_BYTES = 96_000  # of an email that is loaded whole: nearly all without attachments
PART_BYTES = 262_144  # of each text part of a larger one
HEADER_BYTES = 65_536
LOAD_BYTES = 4_000_000  # loaded by one command
UNREADABLE = "(an email that cannot be read)"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

ABOUT = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
WHOLE = "BODY.PEEK[]"
HEAD = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"


def fetch_emails(commands: Commands, uids: Sequence[int], folder: Folder) -> list[Placed]:
    """The emails of these UIDs, less those that are gone."""
    about = _each(commands, uids, ABOUT)
    small = [uid for uid, told in about.items() if _size(told) <= SMALL_BYTES]
    large = [uid for uid, told in about.items() if _size(told) > SMALL_BYTES]
    emails = {**_small(commands, small, about, folder), **_large(commands, large, about, folder)}
    return [
        Placed(
            uid=uid,
            arrived_at=_arrived(told),
            email=emails.get(uid) or _unreadable(told, folder, uid),
        )
        for uid, told in about.items()
    ]


def leaves_of(structure: Any) -> list[Leaf]:
    """The leaves that a BODYSTRUCTURE describes. Raises LookupError, TypeError, ValueError for one
    that is none.
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
            told[b"BODY[]"],
            folder=folder,
            unread=is_unread(about[uid]),
            arrived_at=_arrived(about[uid]),
        )
        for load in _loads(uids, about)
        for uid, told in _each(commands, load, (WHOLE,)).items()
        if told.get(b"BODY[]") is not None
    }


def _large(
    commands: Commands, uids: Sequence[int], about: Mapping[int, Fetched], folder: Folder
) -> dict[int, Email]:
    described = _each(commands, uids, ("BODYSTRUCTURE", HEAD))
    return {
        uid: _parted(commands, uid, {**about[uid], **told}, folder)
        for uid, told in described.items()
    }


def _parted(commands: Commands, uid: int, told: Fetched, folder: Folder) -> Email:
    """A large email of which the parts that hold text are loaded."""
    message = headers.parse(told.get(b"BODY[HEADER]<0>") or b"")
    try:
        parts = leaves_of(told[b"BODYSTRUCTURE"])
    except (LookupError, TypeError, ValueError):
        parts = []
    read = mime.to_read(parts)
    items = [f"BODY.PEEK[{part.section}]<0.{PART_BYTES}>" for part in read]
    loaded = _each(commands, [uid], items).get(uid, {}) if items else {}
    return assemble(
        message,
        parts,
        {part: mime.unencoded(_loaded(part, loaded), part.encoding) for part in read},
        folder=folder,
        unread=is_unread(told),
        arrived_at=_arrived(told),
    )


def _loaded(part: Leaf, loaded: Fetched) -> bytes:
    return loaded.get(b"BODY[%s]<0>" % part.section.encode()) or b""


def _leaf(section: str, part: Any) -> Leaf:
    kind, subtype, parameters = (_text(part[0]), _text(part[1]), _pairs(part[2]))
    content_type = f"{kind}/{subtype}".lower()
    encoding = _text(part[5]).lower()
    octets = int(part[6] or 0)
    disposition, told = _disposition(part)
    name = headers.parameter(told, "filename") or headers.parameter(parameters, "name")
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
    """How it is meant to be shown, with parameters. Where that stands depends on the part's kind;
    some servers leave it out, or give it as one text.
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
    """(name, value, name, value …) as IMAP has it."""
    texts = [_text(value) for value in flat] if isinstance(flat, tuple | list) else []
    return list(zip(texts[::2], texts[1::2], strict=False))


def _text(value: Any) -> str:
    return (
        value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value or "")
    )


def _each(commands: Commands, uids: Sequence[int], items: Sequence[str]) -> dict[int, Fetched]:
    """What is told of each. If one of them cannot be told of, the others still are."""
    if not uids:
        return {}
    try:
        return dict(commands.fetch(uids, items))
    except imaplib.IMAP4.abort:  # the connection has failed, not an email
        raise
    except (imaplib.IMAP4.error, ValueError, LookupError, TypeError):
        if len(uids) == 1:
            return {}
        middle = len(uids) // 2
        halves = (uids[:middle], uids[middle:])
        return {uid: told for half in halves for uid, told in _each(commands, half, items).items()}


def _loads(uids: Sequence[int], about: Mapping[int, Fetched]) -> Iterator[list[int]]:
    """Few enough at a time to be held."""
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


def _size(told: Fetched) -> int:
    return int(told.get(b"RFC822.SIZE") or 0)


def _arrived(told: Fetched) -> datetime:
    arrived = told.get(b"INTERNALDATE")
    return arrived.astimezone(UTC) if isinstance(arrived, datetime) else LONG_AGO


def _unreadable(told: Fetched, folder: Folder, uid: int) -> Email:
    empty = decode(
        f"Message-ID: <{uid}@unreadable>\n\n".encode(),
        folder=folder,
        unread=is_unread(told),
        arrived_at=_arrived(told),
    )
    return replace(empty, message_id="", subject=UNREADABLE)
