"""Decodes an email from its bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import Message

from brain.email.incoming import credible, email_id
from brain.email.model import Address, Email, Folder
from brain.email.parse import headers, mime
from brain.email.parse.mime import Leaf
from brain.texts.markup import text_of

NOBODY = Address(address="unknown")


def decode(raw: bytes, *, folder: Folder, unread: bool, arrived_at: datetime) -> Email:
    """Decode a complete raw message. Never raises."""
    message = headers.parse(raw)
    found = mime.leaves(message)
    read = {part: found[part] for part in mime.to_read(tuple(found))}
    return assemble(
        message, tuple(found), read, folder=folder, unread=unread, arrived_at=arrived_at
    )


def assemble(
    message: Message,
    parts: Sequence[Leaf],
    read: Mapping[Leaf, bytes],
    *,
    folder: Folder,
    unread: bool,
    arrived_at: datetime,
) -> Email:
    """Build an email from its headers, its parts, and the content of the parts that were read."""
    text = _text(read)
    senders = headers.addresses(message, "from") or headers.addresses(message, "sender")
    written_at = headers.moment(message, "date")
    message_id = (headers.ids(message, "message-id") or ("",))[0]
    subject = headers.text(message, "subject")
    return Email(
        id=email_id(
            message_id or arrived_at.isoformat(),
            senders[0].address if senders else "",
            subject,
            written_at,
            text,
        ),
        folder=folder,
        message_id=message_id,
        in_reply_to=(headers.ids(message, "in-reply-to") or ("",))[0],
        references=headers.ids(message, "references"),
        sender=senders[0] if senders else NOBODY,
        to=headers.addresses(message, "to"),
        cc=headers.addresses(message, "cc"),
        reply_to=headers.addresses(message, "reply-to"),
        subject=subject,
        at=credible(written_at, arrived_at),
        text=text,
        attachments=mime.attachments(parts),
        unread=unread,
    )


def _text(read: Mapping[Leaf, bytes]) -> str:
    """Return the plain text, or the text of the HTML if the plain text is missing or a stub."""
    plain, html = mime.texts(read)
    return plain if not html or mime.is_enough(plain) else mime.tidied(text_of(html)) or plain
