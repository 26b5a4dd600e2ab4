"""Fetches emails. Of large ones it loads only the headers, the structure and the text.

An email that the server or the library cannot process is stored as unreadable, so that it does not
block the others.
"""

import imaplib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from brain.email.imap.commands import Commands, Fetched, is_unread
from brain.email.imap.mirror import Placed
from brain.email.imap.structure import NOTHING, tree_of
from brain.email.model import Email, Folder
from brain.email.parse import headers, mime
from brain.email.parse.decoding import assemble, decode
from brain.email.parse.mime import Content
from brain.email.parse.parts import HTML, Leaf, Node
from brain.email.parse.transfer import unencoded

SMALL_BYTES = 96_000  # largest email that is loaded completely: nearly all without attachments
PART_BYTES = 262_144  # of each text part of a larger one
MAX_HTML_BYTES = 2_000_000  # of an HTML part that begins with pictures or style sheets
ENOUGH_CHARS = 20_000  # of text from an HTML part; then the rest of the part is not loaded
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
        is_cut=True,
    )


def _parted(commands: Commands, uid: int, fetched: Fetched, folder: Folder) -> Email:
    """Build a large email; only its parts with text are loaded."""
    message = headers.parse(fetched.get(b"BODY[HEADER]<0>") or b"")
    tree = tree_of(fetched.get(b"BODYSTRUCTURE"))
    if tree == NOTHING and (begun := _begun(commands, uid, fetched, folder)):
        return begun
    content = _texts(commands, uid, tree)
    return assemble(
        message,
        tree,
        content,
        folder=folder,
        unread=is_unread(fetched),
        arrived_at=_arrived(fetched) or headers.moment(message, "date") or _now(),
    )


def _texts(commands: Commands, uid: int, tree: Node) -> dict[Leaf, Content]:
    """Load the parts with the email's text. Other texts are loaded only if those say nothing."""
    content: dict[Leaf, Content] = {}
    for level in mime.LEVELS:
        missing = [leaf for leaf in mime.to_read(tree, level) if leaf not in content]
        content |= _loaded(commands, uid, missing)
        if mime.letter(tree, content).text:
            break
    return content


def _loaded(commands: Commands, uid: int, leaves: Sequence[Leaf]) -> dict[Leaf, Content]:
    """Load the beginning of each part; more of an HTML part until it yields enough text."""
    content: dict[Leaf, Content] = {}
    raw = dict.fromkeys(leaves, b"")
    start, count = 0, PART_BYTES
    while raw and count > 0:
        items = [f"BODY.PEEK[{leaf.section}]<{start}.{count}>" for leaf in raw]
        fetched = _each(commands, [uid], items).get(uid, {})
        for leaf, data in list(raw.items()):
            came = fetched.get(b"BODY[%s]<%d>" % (leaf.section.encode(), start)) or b""
            raw[leaf] = data + came
            content[leaf] = Content(
                data=unencoded(raw[leaf], leaf.encoding), is_cut=len(came) >= count
            )
        raw = {leaf: data for leaf, data in raw.items() if _needs_more(leaf, content[leaf])}
        start += count
        count = min(4 * count, MAX_HTML_BYTES - start)
    return content


def _needs_more(leaf: Leaf, content: Content) -> bool:
    if leaf.content_type != HTML or not content.is_cut:
        return False
    return len(mime.letter(leaf, {leaf: content}).text) < ENOUGH_CHARS


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
